using System.Diagnostics;

namespace Orchestrator.KillTest;

/// <summary>A fresh repository with a plan of ten tasks and an agent that does the same every time.</summary>
public sealed class KillRepository : IDisposable
{
    /// <summary>The task whose first round fails its gate.</summary>
    public const string RemediatedTask = "t4";

    // Ten tasks, some side by side, some in a chain.
    private static readonly (string Id, string[] After)[] Tasks =
    [
        ("t0", []), ("t1", []), ("t2", ["t0"]), ("t3", ["t0", "t1"]), ("t4", ["t1"]),
        ("t5", ["t2", "t3"]), ("t6", ["t4"]), ("t7", ["t3", "t4"]), ("t8", ["t5", "t6"]), ("t9", ["t7", "t8"]),
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("kill-test-").FullName;

    /// <summary>Makes it.</summary>
    /// <param name="agentSeconds">How long each agent takes, in seconds.</param>
    public KillRepository(double agentSeconds)
    {
        Folder = Directory.CreateDirectory(Path.Combine(_root, "repository")).FullName;
        StartsFolder = Directory.CreateDirectory(Path.Combine(_root, "starts")).FullName;
        Home = Directory.CreateDirectory(Path.Combine(_root, "home")).FullName;
        var agent = Path.Combine(_root, "agent.sh");
        File.WriteAllText(agent, $"""
            #!/bin/sh
            # Counts its start, takes a while, and makes its one file.
            set -eu
            echo "$ORCHESTRATOR_START" >> '{StartsFolder}'/"$ORCHESTRATOR_TASK"
            echo "start of $ORCHESTRATOR_TASK"
            sleep {agentSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture)}
            if [ "$ORCHESTRATOR_TASK" = {RemediatedTask} ] && [ "$ORCHESTRATOR_ATTEMPT" = 1 ]; then
              echo bad > {RemediatedTask}.txt
              exit 0
            fi
            echo "$ORCHESTRATOR_TASK good" > "$ORCHESTRATOR_TASK.txt"
            """);
        Directory.CreateDirectory(Path.Combine(Folder, ".orchestrator"));
        File.WriteAllText(
            Path.Combine(Folder, ".orchestrator", "config.yaml"),
            $"workers: 4\nagent: scripted\nagents: {{scripted: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n");
        File.WriteAllText(Path.Combine(Folder, "tasks.yaml"), "tasks:\n" + string.Concat(Tasks.Select(task =>
            $"  - {{id: {task.Id}, description: Make {task.Id}, files_write: [{task.Id}.txt], depends_on: [{string.Join(", ", task.After)}], verification: [{{command: grep -q good {task.Id}.txt}}]}}\n")));
        Git("init", "-q", "-b", "main");
        Git("add", "tasks.yaml"); // not the configuration, which names a folder of this machine
        Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Start");
    }

    /// <summary>Ids of the plan's tasks.</summary>
    public static IReadOnlyList<string> TaskIds { get; } = [.. Tasks.Select(task => task.Id)];

    public string Folder { get; }

    /// <summary>One file per task with one line per start of its agent.</summary>
    public string StartsFolder { get; }

    public string Home { get; }

    /// <summary>A run has written down that it is completed.</summary>
    public bool HasCompletedRun => Directory.Exists(Path.Combine(Folder, ".orchestrator", "runs"))
        && Directory.EnumerateFiles(Path.Combine(Folder, ".orchestrator", "runs"), "status.json", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains("\"state\":\"completed\"", StringComparison.Ordinal));

    /// <summary>Runs git in the repository and gives what it printed.</summary>
    public string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"git {string.Join(' ', arguments)} ended with {process.ExitCode} in {Folder}");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
