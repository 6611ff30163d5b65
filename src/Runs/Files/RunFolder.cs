using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Orchestrator.Runs;

/// <summary>Paths of a run's files: <c>.orchestrator/runs/&lt;run&gt;/</c> in the repository, ignored by git.</summary>
public sealed partial class RunFolder
{
    /// <summary>Prefix of a run folder that is being removed.</summary>
    public const string Removed = ".removed-";

    private readonly string _repository;

    /// <summary>Names the folder of a run; creates nothing.</summary>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="runId">Workflow id of the run.</param>
    public RunFolder(string repository, string runId)
    {
        _repository = repository;
        RunId = runId;
        Name = NameOf(runId);
        Path = System.IO.Path.Combine(repository, ".orchestrator", "runs", Name);
    }

    /// <summary>Absolute path of the repository's main work tree.</summary>
    public string Repository => _repository;

    /// <summary>Workflow id of the run.</summary>
    public string RunId { get; }

    /// <summary>Name of the run in refs and folders.</summary>
    public string Name { get; }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The stored plan: what was approved, as canonical JSON.</summary>
    public string Plan => In("plan", "plan.json");

    /// <summary>The plan with tasks that were added since, named by its hash.</summary>
    public string ExtendedPlan(string hash) => In("plan", $"plan-{hash}.json");

    /// <summary>All of those, the one with the most tasks first.</summary>
    public IEnumerable<string> ExtendedPlans =>
        Directory.Exists(In("plan"))
            ? Directory.EnumerateFiles(In("plan"), "plan-*.json").OrderByDescending(file => new FileInfo(file).Length)
            : [];

    /// <summary>The settings of the run's start, as far as its steps need them.</summary>
    public string StartFile => In("plan", "start.json");

    /// <summary>The contracts of this run.</summary>
    public string Contracts => In("plan", "contracts.json");

    /// <summary>The text of a role, relative to this folder.</summary>
    public static string RoleName(string role) => System.IO.Path.Combine("plan", "roles", role + ".md");

    /// <summary>The run's present status, for readers without an engine.</summary>
    public string Status => In("status.json");

    /// <summary>The run's transitions, a JSON document per line.</summary>
    public string Events => In("events.jsonl");

    /// <summary>The intent record of its landing (<see cref="Git.Landing.LandingNote"/>).</summary>
    public string Landing => In(Git.Landing.LandingNote.FileName);

    /// <summary>The signed commit of a landing that may have been interrupted.</summary>
    public string SignedLanding => In("landing-signed");

    /// <summary>The report of the last escalation; missing where there was none.</summary>
    public string Escalation => In("escalation-report.md");

    /// <summary>Report for people.</summary>
    public string Report => In("reports", "report.md");

    /// <summary>Report for programs.</summary>
    public string ReportJson => In("reports", "report.json");

    /// <summary>The fate of the merged hunks, for people.</summary>
    public string Losses => In("reports", "losses.md");

    /// <summary>The fate of the merged hunks, for programs.</summary>
    public string LossesJson => In("reports", "losses.json");

    /// <summary>Text of a pull request.</summary>
    /// <param name="name">The task, or <c>run</c>.</param>
    public string PullRequest(string name) => In("reports", $"pull-request-{name}.md");

    /// <summary>Lines that look like secrets in what was to land, for people.</summary>
    public string Secrets => In("reports", "secrets.md");

    /// <summary>Lines that look like secrets in what was to land, for programs.</summary>
    public string SecretsJson => In("reports", "secrets.json");

    /// <summary>Known vulnerabilities of packages in what was to land, for people.</summary>
    public string Audit => In("reports", "audit.md");

    /// <summary>Known vulnerabilities of packages in what was to land, for programs.</summary>
    public string AuditJson => In("reports", "audit.json");

    /// <summary>Results of trial merges.</summary>
    public string Radar => In("radar");

    /// <summary>State of tasks for continue-as-new: files named by their hash.</summary>
    public string Checkpoints => In("checkpoints");

    /// <summary>A file of planning: request, prompt, answers, the planner's plan.</summary>
    public string Planning(string name) => In("planning", name);

    /// <summary>A file of the review: questions, answers, results of rounds.</summary>
    public string Review(string name) => In("review", name);

    /// <summary>Evidence of gates before a landing.</summary>
    public string LandingEvidence => In("landing");

    /// <summary>Evidence and markers of preflight.</summary>
    public string Preflight => In("preflight");

    /// <summary>Folder of a task.</summary>
    public string Task(string taskId) => In("tasks", taskId);

    /// <summary>Tasks that have a folder here, in no order.</summary>
    public IReadOnlyList<string> TaskIds() =>
        Directory.Exists(In("tasks"))
            ? [.. Directory.EnumerateDirectories(In("tasks")).Select(task => System.IO.Path.GetFileName(task)!)]
            : [];

    /// <summary>Folder of one agent start.</summary>
    public string Start(string taskId, int start) =>
        System.IO.Path.Combine(Task(taskId), start.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The folder of another run of the same repository.</summary>
    public RunFolder Sibling(string runId) => new(_repository, runId);

    /// <summary>A path for records and people: relative to the repository.</summary>
    public string Relative(string path) => System.IO.Path.GetRelativePath(_repository, path);

    /// <summary>The workflow id where it is valid in refs and folder names, else <c>run-</c> and a hash of it.</summary>
    public static string NameOf(string runId) =>
        SafeName().IsMatch(runId)
        && !runId.EndsWith('.')
        && !runId.EndsWith(".lock", StringComparison.Ordinal)
        && !runId.Contains("..", StringComparison.Ordinal)
            ? runId
            : "run-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runId)))[..12];

    /// <summary>The workflow id of a run by the name of its folder; null: that is no run's, or may be the hash of an id.</summary>
    public static string? IdOf(string name) => NameOf(name) == name && !HashName().IsMatch(name) ? name : null;

    private string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", RegexOptions.CultureInvariant)]
    private static partial Regex SafeName();

    [GeneratedRegex("^run-[0-9a-f]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex HashName();
}
