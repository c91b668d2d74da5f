// A relay on gorilla/websocket: a goroutine per connection reads a message and writes it to the
// other of the same key; a writer that blocks holds its sender back. Usage: relay PORT
package main

import (
	"log"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
)

type pair struct {
	client, worker *websocket.Conn
	both           chan struct{}
}

var (
	mutex    sync.Mutex
	pairs    = map[string]*pair{}
	upgrader = websocket.Upgrader{
		CheckOrigin:     func(*http.Request) bool { return true },
		WriteBufferPool: &sync.Pool{},
	}
)

func join(key string, worker bool, conn *websocket.Conn) *pair {
	mutex.Lock()
	defer mutex.Unlock()
	p := pairs[key]
	if p == nil {
		p = &pair{both: make(chan struct{})}
		pairs[key] = p
	}
	if worker {
		p.worker = conn
	} else {
		p.client = conn
	}
	if p.client != nil && p.worker != nil {
		delete(pairs, key)
		close(p.both)
	}
	return p
}

func serve(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) != 3 || parts[1] != "client" && parts[1] != "worker" {
		http.NotFound(w, r)
		return
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	worker := parts[1] == "worker"
	p := join(parts[2], worker, conn)
	<-p.both
	mate := p.worker
	if worker {
		mate = p.client
	}
	defer mate.Close()
	for {
		kind, data, err := conn.ReadMessage()
		if err != nil || mate.WriteMessage(kind, data) != nil {
			return
		}
	}
}

func main() {
	http.HandleFunc("/", serve)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
