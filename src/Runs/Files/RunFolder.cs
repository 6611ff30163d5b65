using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Orchestrator.Runs;

/// <summary>Paths of a run's files in <c>.orchestrator/runs/&lt;run&gt;/</c> in the repository, which git ignores.</summary>
public sealed partial class RunFolder
{
    /// <summary>Name prefix of a run folder that is being removed.</summary>
    public const string Removed = ".removed-";

    private readonly string _repository;

    /// <summary>Creates the paths of a run without creating the folder.</summary>
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

    /// <summary>Absolute path of the folder.</summary>
    public string Path { get; }

    /// <summary>The stored plan as approved, in canonical JSON.</summary>
    public string Plan => In("plan", "plan.json");

    /// <summary>Returns the path of a plan with tasks added since, named by its hash.</summary>
    public string ExtendedPlan(string hash) => In("plan", $"plan-{hash}.json");

    /// <summary>Paths of all plans with added tasks, the one with the most tasks first.</summary>
    public IEnumerable<string> ExtendedPlans =>
        Directory.Exists(In("plan"))
            ? Directory.EnumerateFiles(In("plan"), "plan-*.json").OrderByDescending(file => new FileInfo(file).Length)
            : [];

    /// <summary>The start settings, as far as the run's steps need them.</summary>
    public string StartFile => In("plan", "start.json");

    /// <summary>The contracts of the run.</summary>
    public string Contracts => In("plan", "contracts.json");

    /// <summary>Returns the path of a role's text, relative to this folder.</summary>
    public static string RoleName(string role) => System.IO.Path.Combine("plan", "roles", role + ".md");

    /// <summary>The current status of the run, for readers that have no engine.</summary>
    public string Status => In("status.json");

    /// <summary>The run's transitions, one JSON document per line.</summary>
    public string Events => In("events.jsonl");

    /// <summary>The intent record of the run's landing (<see cref="Git.Landing.LandingNote"/>).</summary>
    public string Landing => In(Git.Landing.LandingNote.FileName);

    /// <summary>Record of the signed commit of a landing that may have been interrupted.</summary>
    public string SignedLanding => In("landing-signed");

    /// <summary>The report of the last escalation; missing if there was none.</summary>
    public string Escalation => In("escalation-report.md");

    /// <summary>The run report as Markdown.</summary>
    public string Report => In("reports", "report.md");

    /// <summary>The run report as JSON.</summary>
    public string ReportJson => In("reports", "report.json");

    /// <summary>The fate of merged hunks as Markdown.</summary>
    public string Losses => In("reports", "losses.md");

    /// <summary>The fate of merged hunks as JSON.</summary>
    public string LossesJson => In("reports", "losses.json");

    /// <summary>Returns the path of the text of a pull request.</summary>
    /// <param name="name">Id of the task, or <c>run</c>.</param>
    public string PullRequest(string name) => In("reports", $"pull-request-{name}.md");

    /// <summary>Possible secrets in the changes to land, as Markdown.</summary>
    public string Secrets => In("reports", "secrets.md");

    /// <summary>Possible secrets in the changes to land, as JSON.</summary>
    public string SecretsJson => In("reports", "secrets.json");

    /// <summary>Known vulnerabilities of packages in the changes to land, as Markdown.</summary>
    public string Audit => In("reports", "audit.md");

    /// <summary>Known vulnerabilities of packages in the changes to land, as JSON.</summary>
    public string AuditJson => In("reports", "audit.json");

    /// <summary>Folder with predicted conflicts from trial merges.</summary>
    public string Radar => In("radar");

    /// <summary>Folder with the state of tasks across continue-as-new, in files named by their hash.</summary>
    public string Checkpoints => In("checkpoints");

    /// <summary>Returns the path of a planning file, such as the request, prompt, answers or plan.</summary>
    public string Planning(string name) => In("planning", name);

    /// <summary>Returns the path of a review file, such as questions, answers or results of rounds.</summary>
    public string Review(string name) => In("review", name);

    /// <summary>Folder with the evidence of gates before landing.</summary>
    public string LandingEvidence => In("landing");

    /// <summary>Folder with evidence and markers of preflight.</summary>
    public string Preflight => In("preflight");

    /// <summary>Returns the folder of a task.</summary>
    public string Task(string taskId) => In("tasks", taskId);

    /// <summary>Returns the ids of tasks that have a folder here, in no particular order.</summary>
    public IReadOnlyList<string> TaskIds() =>
        Directory.Exists(In("tasks"))
            ? [.. Directory.EnumerateDirectories(In("tasks")).Select(task => System.IO.Path.GetFileName(task)!)]
            : [];

    /// <summary>Returns the folder of one agent run.</summary>
    public string Start(string taskId, int start) =>
        System.IO.Path.Combine(Task(taskId), start.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Returns the folder of another run in the same repository.</summary>
    public RunFolder Sibling(string runId) => new(_repository, runId);

    /// <summary>Returns a path relative to the repository, for records and display.</summary>
    public string Relative(string path) => System.IO.Path.GetRelativePath(_repository, path);

    /// <summary>Returns the workflow id if it is valid in refs and folder names; otherwise <c>run-</c> followed by its hash.</summary>
    public static string NameOf(string runId) =>
        SafeName().IsMatch(runId)
        && !runId.EndsWith('.')
        && !runId.EndsWith(".lock", StringComparison.Ordinal)
        && !runId.Contains("..", StringComparison.Ordinal)
            ? runId
            : "run-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runId)))[..12];

    /// <summary>Returns the workflow id for a folder name; null if the name is not a run's or may be the hash of an id.</summary>
    public static string? IdOf(string name) => NameOf(name) == name && !HashName().IsMatch(name) ? name : null;

    private string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", RegexOptions.CultureInvariant)]
    private static partial Regex SafeName();

    [GeneratedRegex("^run-[0-9a-f]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex HashName();
}
