// A worker service with the OpenTelemetry SDK of Node, as its users have it: the HTTP
// instrumentation makes the server's span, the handler one of its own below it.
//   traced_worker.cjs OTLP_ENDPOINT
// Answers each message in capitals; says "ready PORT" when it listens.
const { trace } = require("@opentelemetry/api");
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-proto");
const { registerInstrumentations } = require("@opentelemetry/instrumentation");
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { resourceFromAttributes } = require("@opentelemetry/resources");
const { NodeTracerProvider, SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-node");

const exporter = new OTLPTraceExporter({ url: `${process.argv[2]}/v1/traces` });
new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": "worker-under-test" }),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
}).register();
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });

const http = require("node:http"); // after its instrumentation
const tracer = trace.getTracer("worker");

const server = http.createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  const answer = tracer.startActiveSpan("work", (span) => {
    span.setAttribute("text", text);
    span.end();
    return text.toUpperCase();
  });
  response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" }).end(answer);
});
server.listen(0, "127.0.0.1", () => console.log(`ready ${server.address().port}`));
