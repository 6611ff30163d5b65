using Orchestrator.Messages;

namespace Orchestrator.KillTest;

/// <summary>
/// The plans that are run while something is killed. In both a gate fails first, two tasks conflict (one removes a file that the other adds
/// to), several append to one file, one renames a file that the user changes meanwhile, and the last waits for the user's commit.
/// </summary>
/// <param name="Tasks">The tasks, in plan order.</param>
/// <param name="Seconds">Duration of each agent, in seconds.</param>
public sealed record KillPlan(IReadOnlyList<KillTask> Tasks, double Seconds)
{
    /// <summary>Chooses how each agent commits its work.</summary>
    public int Seed { get; init; }

    /// <summary>Number of agents that work at once.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>The review of the whole change before it lands, and its verdict.</summary>
    public KillReview Review { get; init; }

    /// <summary>The user's answers, in order, one for each time that the run can't continue by itself.</summary>
    public IReadOnlyList<string> Ways { get; init; } = [];

    /// <summary>The tasks that the planner makes when a user asks for another plan.</summary>
    public IReadOnlyList<KillTask> Replanned { get; init; } = [];

    /// <summary>Settings of the merge queue, as YAML; empty for the defaults.</summary>
    public string Merge { get; init; } = "";

    /// <summary>The packages of the project, or null without a package manager.</summary>
    public IReadOnlyList<string>? Packages { get; init; }

    /// <summary>The registry of the real package manager, or null if a script simulates it.</summary>
    public Uri? Registry { get; init; }

    /// <summary>A user is asked for something.</summary>
    public bool HasPerson => Ways.Count > 0 || Packages is not null;

    /// <summary>The state in which the run ends.</summary>
    public string EndsAs => Ways.Contains(EscalationResolutionKinds.Abort) ? RunStateNames.Cancelled : RunStateNames.Completed;

    /// <summary>All tasks that agents work on.</summary>
    public IEnumerable<KillTask> AllTasks => [.. Tasks, .. Replanned];

    /// <summary>The file that a reviewer misses.</summary>
    public const string ReviewedFile = "reviewed.txt";

    /// <summary>The file that tasks and the user append to: each adds a line, in any order.</summary>
    public const string AppendedFile = "log.txt";

    /// <summary>The file by which a user repairs what the reviewer does not accept.</summary>
    public const string FixedFile = "fixed.txt";

    /// <summary>Text that only the user's commit contains.</summary>
    public const string Fix = "mended by hand";

    /// <summary>Stands in what a task does for a file outside of the repository.</summary>
    public const string Outside = "{outside}";

    /// <summary>The file that a task renames while the user changes it.</summary>
    public const string RenamedFile = "notes.txt";

    // Both want the list: one rewrites it elsewhere and removes it, the other adds a line. Whoever is merged second meets a file that is
    // gone or another one.
    private static readonly KillTask Mover = new(
        "mover",
        [],
        ["list.txt", "moved.txt"],
        "test -f moved.txt",
        "if [ -e list.txt ]; then tr a-z A-Z < list.txt > moved.txt; rm list.txt; fi; dropped list.txt",
        MostRounds: 2
    );

    private static readonly KillTask Adder = new(
        "adder",
        [],
        ["added.txt"],
        "grep -rqxi third .",
        "echo added > added.txt; if [ -e moved.txt ]; then rm -f list.txt; dropped list.txt; append moved.txt THIRD; "
            + "else append list.txt third; fi",
        MostRounds: 2
    )
    {
        Appends = ["list.txt", "moved.txt"],
    };

    /// <summary>Twelve tasks, some side by side, some in a chain.</summary>
    public static KillPlan Full { get; } =
        new(
            [
                Mover,
                Adder,
                Simple("t0") with
                {
                    Appends = [AppendedFile],
                },
                Simple("t1") with
                {
                    Appends = [AppendedFile],
                },
                Simple("t2", "t0"),
                Simple("t3", "t0", "t1"),
                Remediated("t4", "t1"),
                Simple("t5", "t2", "t3") with
                {
                    Appends = [AppendedFile],
                },
                Simple("t6", "t4") with
                {
                    Appends = [AppendedFile],
                },
                Linker("t7", "t3", "t4"),
                Renamer("t8", "t5", "t6"),
                Last("t9", "t7", "t8", "mover", "adder"),
            ],
            Seconds: 0.4
        );

    /// <summary>The same happenings in as few steps as possible, for rounds in which every step is a place to kill at.</summary>
    public static KillPlan Small { get; } =
        new(
            [
                Mover,
                Adder,
                Remediated("t0") with
                {
                    Appends = [AppendedFile],
                },
                Renamer("t1"),
                Last("t2", "t0", "t1", "mover", "adder") with
                {
                    Appends = [AppendedFile],
                },
            ],
            Seconds: 0.2
        );

    /// <summary>
    /// For the merge train: seven tasks that are ready at once, with gates that take a while, so that batches are made. Two of them hold
    /// alone and not together: whoever of them is merged second comes back once and repairs it, in a file to which both append the same.
    /// </summary>
    public static KillPlan Together { get; } =
        new(
            [
                Slow("t0") with
                {
                    Appends = [AppendedFile],
                },
                Slow("t1"),
                Clashing("left"),
                Slow("t2"),
                Clashing("right"),
                Slow("t3"),
                Last("t4", "t0", "t1", "t2", "t3", "left", "right"),
            ],
            Seconds: 0.2
        )
        {
            Workers = 7,
        };

    /// <summary>
    /// The same with lanes: two scopes are verified at the same time, the two clashing tasks concern both, and the next batch is verified
    /// on top of an undecided one.
    /// </summary>
    public static KillPlan Lanes { get; } =
        Together with
        {
            Merge = $"{{batch: 2, speculation: 1, scopes: {{one: [t0.txt, t1.txt, {AppendedFile}], two: [t2.txt, t3.txt, t4.txt]}}}}",
        };

    /// <summary>For the review before a run lands: few tasks, a finding that becomes one more, and a second round that accepts.</summary>
    public static KillPlan Reviewed { get; } =
        new([Simple("t0") with { Appends = [AppendedFile] }, Remediated("t1"), Last("t2", "t0", "t1")], Seconds: 0.2)
        {
            Review = KillReview.AcceptsTheSecondTime,
        };

    /// <summary>
    /// For what users decide: a reviewer that does not accept, another plan, a user's own commits, and what looks like a secret, which
    /// a user lets land.
    /// </summary>
    public static KillPlan Escalated { get; } =
        new([Simple("t0") with { Appends = [AppendedFile] }, Last("t1", "t0")], Seconds: 0.2)
        {
            Review = KillReview.AcceptsAPersonsFix,
            Ways = [EscalationResolutionKinds.Replan, EscalationResolutionKinds.ManualFix],
            Replanned = [Simple("t2") with { Does = "echo 't2 good, key=AKIAQYLPMN5HFIQR7XYZ' > t2.txt" }],
        };

    /// <summary>The same reviewer, and a user who ends the run.</summary>
    public static KillPlan Aborted { get; } =
        new([Simple("t0") with { Appends = [AppendedFile] }, Remediated("t1"), Last("t2", "t0", "t1")], Seconds: 0.2)
        {
            Review = KillReview.AcceptsAPersonsFix,
            Ways = [EscalationResolutionKinds.Abort],
        };

    /// <summary>For packages: two tasks that ask for one at the same time, one of which a user has to allow.</summary>
    public static KillPlan Installing { get; } =
        new(
            [
                Asking("left", "left-pad@^1.3", "\"$KILL_TEST_PROGRAM\" blocked --needs left-pad@^1.3"),
                Asking(
                    "right",
                    "right-pad@^1.0",
                    "echo '{\"status\": \"blocked\", \"needs_dependency\": \"right-pad@^1.0\"}' > .task-status.json"
                ),
                Simple("t0") with
                {
                    Appends = [AppendedFile],
                },
                Last("t1", "left", "right", "t0"),
            ],
            Seconds: 0.2
        )
        {
            Packages = ["left-pad", "right-pad"],
        };

    /// <summary>
    /// For agents that work on while nobody is there: one says done, one writes a file that it does not own, one appends. They take long
    /// enough to be left alone.
    /// </summary>
    public static KillPlan Alone { get; } =
        new(
            [
                Simple("honest") with
                {
                    Does = "echo 'honest good' > honest.txt; \"$KILL_TEST_PROGRAM\" done --status completed",
                    Appends = [AppendedFile],
                },
                Simple("careless") with
                {
                    Does =
                        "echo 'careless good' > careless.txt; if [ \"$ORCHESTRATOR_ATTEMPT\" = 1 ]; then echo x > foreign.txt; else rm -f "
                        + "foreign.txt; fi; \"$KILL_TEST_PROGRAM\" done --status completed",
                    MostRounds = 2,
                },
                Renamer("renamer"),
                Last("last", "honest", "careless", "renamer"),
            ],
            Seconds: 1.5
        );

    /// <summary>The plans that are played in place of the usual ones, by the option that asks for them.</summary>
    public static IReadOnlyDictionary<string, KillPlan> ByOption { get; } =
        new Dictionary<string, KillPlan>
        {
            ["--together"] = Together,
            ["--lanes"] = Lanes,
            ["--reviewed"] = Reviewed,
            ["--escalated"] = Escalated,
            ["--aborted"] = Aborted,
            ["--installing"] = Installing,
        };

    /// <summary>The plan as a file.</summary>
    public string ToYaml() =>
        "tasks:\n"
        + string.Concat(
            Tasks.Select(task =>
                $"  - {{id: {task.Id}, description: Make {task.Id}, files_write: [{string.Join(", ", task.Writes)}], files_append: "
                + $"[{string.Join(", ", task.Appends)}], "
                + $"depends_on: [{string.Join(", ", task.After)}], verification: [{{command: {task.Gate}}}]}}\n"
            )
        );

    private static KillTask Simple(string id, params string[] after) =>
        new(id, after, [$"{id}.txt"], $"grep -q good {id}.txt", $"echo '{id} good' > {id}.txt");

    // Half of its work is done when it finds that it can't continue.
    private static KillTask Asking(string id, string package, string asks) =>
        Simple(id) with
        {
            Does =
                $"if grep -q '\"{package.Split('@')[0]}\"' package.json; then echo '{id} good' > {id}.txt; "
                + $"else echo half > {id}.txt; {asks}; fi",
            Needs = package,
            MostRounds = 2,
        };

    private static KillTask Slow(string id, params string[] after) => Simple(id, after) with { Gate = $"sleep 0.4; grep -q good {id}.txt" };

    private static KillTask Clashing(string id) =>
        Simple(id) with
        {
            Gate = "sleep 0.4; test ! -f left.txt || test ! -f right.txt || grep -q mended mended.txt",
            Does = $"echo '{id} good' > {id}.txt; if [ \"$ORCHESTRATOR_ATTEMPT\" != 1 ]; then append mended.txt mended; fi",
            Appends = ["mended.txt"],
            MostRounds = 2,
        };

    private static KillTask Remediated(string id, params string[] after) =>
        Simple(id, after) with
        {
            Does = $"if [ \"$ORCHESTRATOR_ATTEMPT\" = 1 ]; then echo bad > {id}.txt; else echo '{id} good' > {id}.txt; fi",
            MostRounds = 2,
        };

    // Puts a link in place of a file that it does not own.
    private static KillTask Linker(string id, params string[] after) =>
        Simple(id, after) with
        {
            Does = $"echo '{id} good' > {id}.txt; rm -f {Hostility.LockFile}; ln -s '{Outside}' {Hostility.LockFile}",
        };

    private static KillTask Renamer(string id, params string[] after) =>
        new(
            id,
            after,
            [RenamedFile, "renamed.txt"],
            "test -f renamed.txt",
            $"if [ -e {RenamedFile} ]; then mv {RenamedFile} renamed.txt; fi"
        );

    private static KillTask Last(string id, params string[] after) =>
        Simple(id, after) with
        {
            Does = $"wait_for_user; echo '{id} good' > {id}.txt",
        };
}
