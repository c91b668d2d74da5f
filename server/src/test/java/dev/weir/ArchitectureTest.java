package dev.weir;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the design that class files can show, over all modules. */
class ArchitectureTest {
    /** The way of a message. A package may use those to its right, and the configuration. */
    static final List<String> PATH =
            Stream.of("accept", "session", "route", "pair", "queue").map("dev.weir."::concat)
                    .toList();

    private static final JavaClasses WEIR = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.weir");

    @ParameterizedTest
    @FieldSource("PATH")
    void aPackageOfTheMessagePathUsesOnlyThoseToItsRight(String name) {
        List<String> allowed = PATH.subList(PATH.indexOf(name), PATH.size());
        check(noClasses().that().resideInAPackage(name).should(dependOnClassesThat(
                resideInAnyPackage("dev.weir..")
                        .and(not(resideInAnyPackage(allowed.toArray(String[]::new))))
                        .and(not(resideInAnyPackage("dev.weir.config", "dev.weir.connectors.."))))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"connectors", "ops"})
    void whatEverybodyUsesUsesNothingOfTheRelay(String leaf) {
        String tree = "dev.weir." + leaf + "..";
        check(noClasses().that().resideInAPackage(tree).should(dependOnClassesThat(
                resideInAnyPackage("dev.weir..").and(not(resideInAnyPackage(tree))))));
    }

    /** A connector brings the specification of its settings; the guard has its policy. */
    @Test
    void theConfigurationKnowsOfTheRelayOnlyTheConnectors() {
        check(noClasses().that().resideInAPackage("dev.weir.config").should(dependOnClassesThat(
                resideInAnyPackage("dev.weir..")
                        .and(not(resideInAnyPackage("dev.weir.config", "dev.weir.connectors.."))))));
    }

    @Test
    void packagesFormNoCycles() {
        check(slices().matching("dev.weir.(**)").should().beFreeOfCycles());
    }

    @Test
    void onlyTheListenersAndTheConnectorsKnowJetty() {
        check(noClasses().that()
                .resideOutsideOfPackages("dev.weir.accept", "dev.weir.ops..", "dev.weir.connectors")
                .should().dependOnClassesThat().resideInAPackage("org.eclipse.jetty.."));
    }

    @Test
    void onlyOpsKnowsTheTelemetrySdkAndTheLogBackEnd() {
        check(noClasses().that().resideOutsideOfPackage("dev.weir.ops..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("io.opentelemetry.sdk..", "io.opentelemetry.exporter..",
                        "ch.qos.logback.."));
    }

    @Test
    void everyPackageIsNullMarked() {
        check(classes().should(new ArchCondition<JavaClass>("be in a @NullMarked package") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                events.add(new SimpleConditionEvent(type,
                        type.getPackage().isAnnotatedWith(NullMarked.class),
                        type.getPackageName() + " of " + type.getSimpleName()));
            }
        }));
    }

    @Test
    void namesSayWhatAThingIs() {
        check(noClasses().should().haveNameMatching(".*(Impl|Manager|Utils?|Helper)"));
    }

    @Test
    void classesAreFinalUnlessMadeForInheritance() {
        check(classes().that().areNotInterfaces().and().areNotEnums()
                .and().areNotAnonymousClasses().and().doNotHaveModifier(JavaModifier.ABSTRACT)
                .should().haveModifier(JavaModifier.FINAL));
    }

    @Test
    void noStaticFieldChanges() {
        check(fields().that().areStatic().should().beFinal());
    }

    @Test
    void onlyTheWiringReadsTheClocks() {
        Set<Member> clocks = Set.of(
                new Member(System.class, "currentTimeMillis"), new Member(System.class, "nanoTime"),
                new Member(Instant.class, "now"), new Member(InstantSource.class, "system"),
                new Member(Clock.class, "systemUTC"),
                new Member(Clock.class, "systemDefaultZone"));
        check(noClasses().that().resideOutsideOfPackage("dev.weir")
                .should(access("read a clock", access -> clocks.contains(Member.of(access)))));
    }

    /** A connector's thread pauses before it reconnects; nothing else waits by the clock alone. */
    @Test
    void onlyTheDrainAndConnectorsSleep() {
        Set<Member> sleeps =
                Set.of(new Member(Thread.class, "sleep"), new Member(TimeUnit.class, "sleep"));
        check(noClasses().that().doNotHaveFullyQualifiedName("dev.weir.Drain")
                .and().resideOutsideOfPackage("dev.weir.connectors")
                .should(access("sleep", access -> sleeps.contains(Member.of(access)))));
    }

    @Test
    void nothingIsBoundToAThread() {
        check(noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class));
    }

    @Test
    void everyQueueAndPoolHasABound() {
        Set<Member> unbounded = Set.of(
                new Member(Executors.class, "newCachedThreadPool"),
                new Member(Executors.class, "newFixedThreadPool"),
                new Member(Executors.class, "newSingleThreadExecutor"),
                new Member(ExecutorService.class, "close"));
        Set<Class<?>> queues = Set.of(LinkedBlockingQueue.class, LinkedBlockingDeque.class);
        check(noClasses().should(access("have a queue or a wait without a bound", access ->
                unbounded.contains(Member.of(access))
                        || (access.getTarget().getFullName().endsWith("<init>()")
                                && queues.stream().anyMatch(access.getTargetOwner()::isEquivalentTo)))));
    }

    @Test
    void onlyTheCommandLineWritesToTheConsole() {
        check(noClasses().that()
                .resideOutsideOfPackages("dev.weir", "dev.weir.cli", "dev.weir.launch",
                        "dev.weir.ops.log")
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS));
    }

    private static void check(ArchRule rule) {
        rule.check(WEIR);
    }

    private static ArchCondition<JavaClass> access(String what, Predicate<JavaAccess<?>> matches) {
        return new ArchCondition<>(what) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                    events.add(new SimpleConditionEvent(access, matches.test(access),
                            access.getDescription()));
                }
            }
        };
    }

    /** A method of any signature. */
    private record Member(String owner, String name) {
        Member(Class<?> owner, String name) {
            this(owner.getName(), name);
        }

        static Member of(JavaAccess<?> access) {
            return new Member(access.getTargetOwner().getName(), access.getName());
        }
    }
}
