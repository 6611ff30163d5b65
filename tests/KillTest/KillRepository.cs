using System.Diagnostics;
using System.Text.Json;

namespace Orchestrator.KillTest;

/// <summary>A fresh repository with a plan and an agent that does the same every time.</summary>
public sealed class KillRepository : IDisposable
{
    private readonly string _root;

    /// <summary>Makes it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="root">An existing folder for all of the round; null: a new one.</param>
    public KillRepository(KillPlan plan, string? root = null)
    {
        _root = Path.Combine(root ?? Path.GetTempPath(), "kill-test-" + Guid.NewGuid().ToString("n")[..8]);
        Plan = plan;
        Folder = Directory.CreateDirectory(Path.Combine(_root, "repository")).FullName;
        StartsFolder = Directory.CreateDirectory(Path.Combine(_root, "starts")).FullName;
        Home = Directory.CreateDirectory(Path.Combine(_root, "home")).FullName;
        UserCommitted = Path.Combine(_root, "user-committed");
        var agent = Beside("agent.sh");
        var reviewer = Beside("reviewer.sh");
        Write(
            ".orchestrator/config.yaml",
            $"workers: {plan.Workers}\nagent: scripted\nagents: {{scripted: {{command: [/bin/sh, \"{agent}\"]}}, reviewer: {{command: [/bin/sh, \"{reviewer}\"]}}}}\ndisk: {{reserve: "
                + $"1}}\nworktrees: {{setup: []}}\n"
                + (plan.IsReviewed ? "review: {enabled: true, agent: reviewer}\n" : "")
        );
        Write("tasks.yaml", plan.ToYaml());
        Write(KillPlan.AppendedFile, "first line\n");
        Write(KillPlan.RenamedFile, "one\ntwo\nthree\nfour\nfive\n");
        Write("list.txt", "first\nsecond\n");
        Git("init", "-q", "-b", "main");
        Hostility = new Hostility(this);
        Hostility.WriteFiles();
        File.WriteAllText(agent, plan.ToAgent(this));
        File.WriteAllText(reviewer, KillPlan.ToReviewer());
        // Not the configuration, which names a folder of this machine.
        Git(["add", "tasks.yaml", KillPlan.AppendedFile, KillPlan.RenamedFile, "list.txt", .. Hostility.Files]);
        Commit("Start");
        Hostility.Configure();
    }

    /// <summary>What is run.</summary>
    public KillPlan Plan { get; }

    public string Folder { get; }

    /// <summary>What in it is hostile.</summary>
    public Hostility Hostility { get; }

    /// <summary>One file per task with one line per start of its agent.</summary>
    public string StartsFolder { get; }

    public string Home { get; }

    /// <summary>This file is there when the user has committed.</summary>
    public string UserCommitted { get; }

    /// <summary>What is in front of git, and where rounds that kill at a place say where that is.</summary>
    public string ShimFolder => Beside("shim");

    /// <summary>The folder of the engine and of all runs.</summary>
    public string OrchestratorFolder => Path.Combine(Folder, ".orchestrator");

    /// <summary>Folders of the agents' starts, of all runs.</summary>
    public IEnumerable<string> StartFolders =>
        !Directory.Exists(RunsFolder)
            ? []
            : Directory
                .EnumerateDirectories(RunsFolder, "started", new EnumerationOptions { RecurseSubdirectories = true })
                .Select(folder => Path.GetDirectoryName(folder)!);

    /// <summary>How many starts of a task's agent failed while the disk was full: these have to be repeated.</summary>
    public int StartsThatFailedOnAFullDisk(string task) =>
        StartFolders.Count(folder =>
            Path.GetFileName(Path.GetDirectoryName(folder)) == task
            && File.Exists(Path.Combine(folder, "full"))
            && File.ReadAllText(Path.Combine(folder, "exit")).Trim() != "0"
        );

    /// <summary>A run has written down that it is completed.</summary>
    public bool HasCompletedRun => Statuses().Any(status => status.GetProperty("state").GetString() == "completed");

    /// <summary>A run can be gone on with.</summary>
    public bool HasOpenRun =>
        Statuses().Any(status => status.GetProperty("state").GetString() is not ("completed" or "failed" or "cancelled"));

    /// <summary>Verified work was merged to a staging branch: the run is in the middle of its work.</summary>
    public bool HasMergedWork =>
        Statuses()
            .SelectMany(status => status.GetProperty("tasks").EnumerateArray())
            .Any(task => task.GetProperty("state").GetString() == "merged");

    private string RunsFolder => Path.Combine(OrchestratorFolder, "runs");

    /// <summary>Absolute path of a file that belongs to the round and is not in the repository.</summary>
    public string Beside(string relative) => Path.Combine(_root, relative);

    /// <summary>Rounds that each task needed, as the completed run recorded them.</summary>
    public IReadOnlyDictionary<string, int> Rounds() =>
        Statuses()
            .Where(status => status.GetProperty("state").GetString() == "completed")
            .SelectMany(status => status.GetProperty("tasks").EnumerateArray())
            .ToDictionary(task => task.GetProperty("id").GetString()!, task => task.GetProperty("attempt").GetInt32());

    /// <summary>
    /// What the user does in the checkout while the run works: a file of his own, a line in the shared file, a change in a file that a task
    /// renames.
    /// </summary>
    public void CommitAsUser()
    {
        File.AppendAllText(Path.Combine(Folder, KillPlan.AppendedFile), "line of the user\n");
        Write(KillPlan.RenamedFile, "one\ntwo\nthree\nfour\nfive, changed by the user\n");
        Write("user.txt", "by the user\n");
        Git("add", "user.txt", KillPlan.AppendedFile, KillPlan.RenamedFile);
        Commit("The user's own work");
        File.WriteAllText(UserCommitted, Git("rev-parse", "main"));
    }

    /// <summary>What the target holds: every file with its content; of the shared file its lines in order of the alphabet.</summary>
    public string Fingerprint()
    {
        var files = Git("ls-tree", "-r", "main")
            .Split('\n')
            .Where(line => !line.EndsWith('\t' + KillPlan.AppendedFile, StringComparison.Ordinal));
        return string.Join('\n', [.. files, .. Git("show", "main:" + KillPlan.AppendedFile).Split('\n').Order(StringComparer.Ordinal)]);
    }

    /// <summary>In how many starts of agents there is this file.</summary>
    public int FilesOfStarts(string name) => StartFolders.Count(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>The target's branch holds something that an agent made.</summary>
    public bool TargetHasWork()
    {
        var reference = Path.Combine(Folder, ".git", "refs", "heads", "main");
        return File.Exists(reference)
            && File.Exists(UserCommitted)
            && File.ReadAllText(reference).Trim() != File.ReadAllText(UserCommitted);
    }

    /// <summary>Runs git in the repository and gives what it printed.</summary>
    public string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException(
                $"git {string.Join(' ', arguments)} ended with {process.ExitCode} in {Folder}: {errors.Result}"
            );
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Commit(string message) => Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", message);

    private void Write(string relative, string text)
    {
        var path = Path.Combine(Folder, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private IEnumerable<JsonElement> Statuses()
    {
        foreach (
            var file in Directory.Exists(RunsFolder)
                ? Directory.EnumerateDirectories(RunsFolder).Select(run => Path.Combine(run, "status.json")).Where(File.Exists)
                : []
        )
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            yield return document.RootElement.Clone();
        }
    }
}
