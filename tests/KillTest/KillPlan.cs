using Orchestrator.TestKit;

namespace Orchestrator.KillTest;

/// <summary>One task of a plan and what its scripted agent does.</summary>
/// <param name="Id">Its id.</param>
/// <param name="After">Tasks it waits for.</param>
/// <param name="Writes">Files it owns.</param>
/// <param name="Gate">How to tell that it is done.</param>
/// <param name="Does">What its agent does: a line of shell that may be run again over what it did before.</param>
/// <param name="MostRounds">Rounds that it may need when nobody disturbs it.</param>
public sealed record KillTask(string Id, string[] After, string[] Writes, string Gate, string Does, int MostRounds = 1)
{
    /// <summary>Files that it only adds lines to.</summary>
    public string[] Appends { get; init; } = [];
}

/// <summary>
/// The plans that are run while something is killed. In both a gate fails first, two tasks conflict (one removes a file that the other adds
/// to), several append to one file, one renames a file that the user changes meanwhile, and the last waits for the user's commit.
/// </summary>
/// <param name="Tasks">The tasks, in plan order.</param>
/// <param name="Seconds">How long each agent takes, in seconds.</param>
public sealed record KillPlan(IReadOnlyList<KillTask> Tasks, double Seconds)
{
    /// <summary>Chooses how each agent commits its work.</summary>
    public int Seed { get; init; }

    /// <summary>How many agents work at once.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>
    /// A reviewer looks at the whole before it lands: it misses a file, which becomes a task, and accepts when that is there.
    /// </summary>
    public bool IsReviewed { get; init; }

    /// <summary>The file that a reviewer misses.</summary>
    public const string ReviewedFile = "reviewed.txt";

    /// <summary>The file that tasks and the user append to: each adds a line, in any order.</summary>
    public const string AppendedFile = "log.txt";

    private const string Outside = "{outside}";

    /// <summary>The file that a task renames while the user changes it.</summary>
    public const string RenamedFile = "notes.txt";

    // Both want the list: one writes it anew elsewhere and removes it, the other adds a line. Whoever is merged second meets a file that is
    // gone or another one.
    private static readonly KillTask Mover = new(
        "mover",
        [],
        ["list.txt", "moved.txt"],
        "test -f moved.txt",
        "if [ -e list.txt ]; then tr a-z A-Z < list.txt > moved.txt; rm list.txt; fi",
        MostRounds: 2
    );

    private static readonly KillTask Adder = new(
        "adder",
        [],
        ["added.txt"],
        "grep -rqxi third .",
        "echo added > added.txt; if [ -e moved.txt ]; then rm -f list.txt; append moved.txt THIRD; else append list.txt third; fi",
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
    /// alone and not together: whoever of them is merged second comes back once and mends it, in a file to which both append the same.
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

    /// <summary>For the review before a run lands: few tasks, a finding that becomes one more, and a second round that accepts.</summary>
    public static KillPlan Reviewed { get; } =
        new([Simple("t0") with { Appends = [AppendedFile] }, Remediated("t1"), Last("t2", "t0", "t1")], Seconds: 0.2) { IsReviewed = true };

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

    /// <summary>
    /// The agent: counts its start, takes a while, does what its task asks. At the place of a round it waits to be killed.
    /// </summary>
    /// <param name="repository">The round's repository.</param>
    public string ToAgent(KillRepository repository) =>
        $$"""
            #!/bin/sh
            set -eu
            echo "$ORCHESTRATOR_START" >> '{{repository.StartsFolder}}'/"$ORCHESTRATOR_TASK"
            echo "start of $ORCHESTRATOR_TASK"
            place() {
              [ -e '{{repository.ShimFolder}}/place' ] && [ ! -e '{{repository.ShimFolder}}/hit' ] || return 0
              read -r point number when < '{{repository.ShimFolder}}/place'
              [ "$point" = agent ] && [ "$when" = "$1" ] && [ "$(cat '{{repository.StartsFolder}}'/* | wc -l)" -ge "$number" ] || return 0
              mkdir '{{repository.ShimFolder}}/agent-waits' 2>/dev/null || return 0 # Another one is there already.
              echo "$$ agent of $ORCHESTRATOR_TASK" > '{{repository.ShimFolder}}/hit.new'; mv '{{repository.ShimFolder}}/hit.new' '{{repository.ShimFolder}}/hit'
              sleep 600
            }
            append() { grep -qx "$2" "$1" || echo "$2" >> "$1"; }
            wait_for_user() { n=0; while [ ! -e '{{repository.UserCommitted}}' ] && [ $n -lt 1200 ]; do sleep 0.1; n=$((n+1)); done; }
            {{AgentCommits.Functions}}
            place before
            sleep {{Seconds.ToString(System.Globalization.CultureInfo.InvariantCulture)}}
            case $ORCHESTRATOR_TASK in
            {{string.Concat(
                Tasks.Select(task =>
                    $"{task.Id}) {task.Does.Replace(Outside, repository.Hostility.Outside, StringComparison.Ordinal)}{(task.Appends.Contains(AppendedFile) ? $"; append {AppendedFile} 'line of {task.Id}'" : "")} ;;\n"
                )
            )}}
            *) echo reviewed > {{ReviewedFile}} ;;
            esac
            case $ORCHESTRATOR_TASK in
            {{string.Concat(Tasks.Select(task => $"{task.Id}) agent_commits {AgentCommits.Choose(Seed, task.Id)} || true ;;\n"))}}
            esac
            place after
            """;

    /// <summary>The reviewer: what it missed in the first round it is asked about in the second.</summary>
    public static string ToReviewer() =>
        $$"""
            #!/bin/sh
            set -eu
            prompt=$(cat)
            sleep 0.2
            case $prompt in
            *'# Earlier findings'*)
              id=$(printf '%s\n' "$prompt" | sed -n 's/^- `\([^`]*\)` t0\.txt.*/\1/p' | head -n 1)
              echo '{"verdict":"accept","summary":"All is there.","findings":[],"earlier":[{"id":"'"$id"'","state":"fixed","why":"it is there"}]}' ;;
            *)
              echo '{"verdict":"findings","summary":"A file is missing.","findings":[{"file":"t0.txt","line":1,"severity":"blocking",'
              echo '"summary":"{{ReviewedFile}} is missing","consequence":"Readers do not find it.","reproduction":"cat {{ReviewedFile}} fails",'
              echo '"fix":"Write {{ReviewedFile}}.","files":["{{ReviewedFile}}"]}],"earlier":[]}' ;;
            esac
            """;

    private static KillTask Simple(string id, params string[] after) =>
        new(id, after, [$"{id}.txt"], $"grep -q good {id}.txt", $"echo '{id} good' > {id}.txt");

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
