using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Messages;

namespace Orchestrator.KillTest;

/// <summary>A fresh repository with a plan and an agent that does the same every time.</summary>
public sealed class KillRepository : IDisposable
{
    // The folders of planners and reviewers begin with a dot.
    private static readonly EnumerationOptions Everywhere = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    private readonly string _root;

    /// <summary>Makes it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="root">An existing folder for the whole round, or null for a new one.</param>
    public KillRepository(KillPlan plan, string? root = null)
    {
        _root = Path.Combine(root ?? Path.GetTempPath(), "kill-test-" + Guid.NewGuid().ToString("n")[..8]);
        Plan = plan;
        Folder = Directory.CreateDirectory(Path.Combine(_root, "repository")).FullName;
        StartsFolder = Directory.CreateDirectory(Path.Combine(_root, "starts")).FullName;
        Home = Directory.CreateDirectory(Path.Combine(_root, "home")).FullName;
        UserCommitted = Path.Combine(_root, "user-committed");
        var agent = Beside("agent.sh");
        Write(
            ".orchestrator/config.yaml",
            $"workers: {plan.Workers}\npermissions: {{sandbox: off}}\n"
                + $"agent: scripted\nagents: {{scripted: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: "
                + $"1}}\nworktrees: {{setup: []}}\nplanner: {{agent: scripted}}\ndependencies: {{allow: ['npm:left-*']}}\n"
                + (plan.Merge.Length == 0 ? "" : $"merge: {plan.Merge}\n")
                + plan.Review switch
                {
                    KillReview.None => "",
                    KillReview.AcceptsAPersonsFix => "review: {enabled: true, agent: scripted, max_rounds: 1}\n",
                    _ => "review: {enabled: true, agent: scripted}\n",
                }
        );
        Write("tasks.yaml", plan.ToYaml());
        Write(KillPlan.AppendedFile, "first line\n");
        Write(KillPlan.RenamedFile, "one\ntwo\nthree\nfour\nfive\n");
        Write("list.txt", "first\nsecond\n");
        Git("init", "-q", "-b", "main");
        Hostility = new Hostility(this);
        Hostility.WriteFiles();
        File.WriteAllText(agent, new KillScripts(plan, this).Agent());
        if (plan.Packages is not null)
        {
            Write("package.json", KillScripts.Manifest);
            Write(".gitignore", "node_modules/\n");
            if (plan.Registry is null)
            {
                Shim.WriteProgram(Path.Combine(ProgramsFolder, "npm"), KillScripts.PackageManager);
            }
            else
            {
                File.WriteAllText(Path.Combine(Home, ".npmrc"), $"registry={plan.Registry}\n");
            }
            Git("add", "package.json", ".gitignore");
        }
        // Not the configuration, which names a folder of this machine.
        Git(["add", "tasks.yaml", KillPlan.AppendedFile, KillPlan.RenamedFile, "list.txt", .. Hostility.Files]);
        Commit("Start");
        Hostility.Configure();
    }

    /// <summary>The executed plan.</summary>
    public KillPlan Plan { get; }

    public string Folder { get; }

    /// <summary>The hostile settings and files in the repository.</summary>
    public Hostility Hostility { get; }

    /// <summary>One file per task with one line per start of its agent.</summary>
    public string StartsFolder { get; }

    public string Home { get; }

    /// <summary>Programs that are found before those of the machine.</summary>
    public string ProgramsFolder => Beside("programs");

    /// <summary>Number of answers that a user started to type.</summary>
    public int Answers { get; set; }

    /// <summary>This file is there when the user has committed.</summary>
    public string UserCommitted { get; }

    /// <summary>Folder of the git wrapper, in which rounds with a crash point also find where to kill.</summary>
    public string ShimFolder => Beside("shim");

    /// <summary>The folder of the engine and of all runs.</summary>
    public string OrchestratorFolder => Path.Combine(Folder, ".orchestrator");

    /// <summary>Folders of the agents' starts, of all runs.</summary>
    public IEnumerable<string> StartFolders =>
        !Directory.Exists(RunsFolder)
            ? []
            : Directory.EnumerateDirectories(RunsFolder, "started", Everywhere).Select(folder => Path.GetDirectoryName(folder)!);

    /// <summary>Number of starts of a task's agent that failed because of a full disk and must be repeated.</summary>
    public int StartsThatFailedOnAFullDisk(string task) =>
        StartFolders.Count(folder =>
            Path.GetFileName(Path.GetDirectoryName(folder)) == task
            && File.Exists(Path.Combine(folder, "full"))
            && File.ReadAllText(Path.Combine(folder, "exit")).Trim() != "0"
        );

    /// <summary>A run has written down that it has ended as it should.</summary>
    public bool HasEndedRun => Statuses().Any(IsEndedAsMeant);

    /// <summary>A run can be continued.</summary>
    public bool HasOpenRun => OpenRun is not null;

    /// <summary>The status of the run that can be continued, or null if there is none.</summary>
    public JsonElement? OpenRun =>
        Statuses().Where(status => !RunStateNames.IsFinal(status.GetProperty("state").GetString()!)).Cast<JsonElement?>().FirstOrDefault();

    /// <summary>The users' decisions according to the events of runs.</summary>
    public IEnumerable<string> DecidedByPersons() =>
        from file in FilesOfRuns("events.jsonl")
        from line in File.ReadLines(file)
        where line.Contains("\"by\":", StringComparison.Ordinal)
        let happened = Read(line)
        where happened.IsDecision
        select happened.Reason;

    // The facts of a reason may name who decided too, in each event that has it: the decision is the event that somebody is the author of.
    private static (bool IsDecision, string Reason) Read(string line)
    {
        using var document = JsonDocument.Parse(line);
        return (document.RootElement.TryGetProperty("by", out _), document.RootElement.GetProperty("reason").GetString() ?? "");
    }

    /// <summary>Verified work was merged to a staging branch: the run is in the middle of its work.</summary>
    public bool HasMergedWork =>
        Statuses()
            .SelectMany(status => status.GetProperty("tasks").EnumerateArray())
            .Any(task => task.GetProperty("state").GetString() == "merged");

    /// <summary>Files of all runs.</summary>
    /// <param name="pattern">Their names.</param>
    public string[] FilesOfRuns(string pattern) => Directory.Exists(RunsFolder) ? Directory.GetFiles(RunsFolder, pattern, Everywhere) : [];

    private string RunsFolder => Path.Combine(OrchestratorFolder, "runs");

    /// <summary>Absolute path of a file that belongs to the round and is not in the repository.</summary>
    public string Beside(string relative) => Path.Combine(_root, relative);

    /// <summary>Rounds that each task needed, as the ended run recorded them.</summary>
    public IReadOnlyDictionary<string, int> Rounds() =>
        Statuses()
            .Where(IsEndedAsMeant)
            .SelectMany(status => status.GetProperty("tasks").EnumerateArray())
            .ToDictionary(task => task.GetProperty("id").GetString()!, task => task.GetProperty("attempt").GetInt32());

    /// <summary>
    /// Makes the user's changes in the checkout while the run works: a new file, a line in the shared file, a change in a file that a task
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

    /// <summary>The content of the target and of the refs that retain aborted runs.</summary>
    public string Fingerprint() => string.Join('\n', ((string[])["main", .. KeptAborted]).Select(Fingerprint));

    /// <summary>The refs that keep what runs had reached which a user has ended.</summary>
    public IEnumerable<string> KeptAborted =>
        Git("for-each-ref", "--format=%(refname)", "refs/orchestrator/aborted").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Every file with its content; of the shared file its lines in order of the alphabet.</summary>
    private string Fingerprint(string commit)
    {
        var files = Git("ls-tree", "-r", commit)
            .Split('\n')
            .Where(line => !line.EndsWith('\t' + KillPlan.AppendedFile, StringComparison.Ordinal));
        var lines = Git("show", $"{commit}:{KillPlan.AppendedFile}").Split('\n').Order(StringComparer.Ordinal);
        return string.Join('\n', [.. files, .. lines]);
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

    /// <summary>Runs git in the repository and returns its output.</summary>
    public string Git(params string[] arguments) => GitIn(Folder, arguments).Trim();

    /// <summary>Runs git in a folder, without the user's settings, and returns its output without the last line end.</summary>
    /// <exception cref="InvalidOperationException">Git failed.</exception>
    public static string GitIn(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = folder,
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
            ? output.TrimEnd('\n')
            : throw new InvalidOperationException(
                $"git {string.Join(' ', arguments)} ended with {process.ExitCode} in {folder}: {errors.Result}"
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

    private bool IsEndedAsMeant(JsonElement status) => status.GetProperty("state").GetString() == Plan.EndsAs;

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
