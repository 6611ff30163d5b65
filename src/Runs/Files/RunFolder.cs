using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Orchestrator.Runs;

/// <summary>Paths of a run's files in <c>.orchestrator/runs/&lt;run&gt;/</c> of the repository. Git ignores this folder.</summary>
public sealed partial class RunFolder
{
    /// <summary>Prefix of a run folder's name while the folder is being removed.</summary>
    public const string Removed = ".removed-";

    private readonly string _repository;

    /// <summary>Determines the paths of a run. The folder itself is not created.</summary>
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

    /// <summary>Absolute path of the run's folder.</summary>
    public string Path { get; }

    /// <summary>Path of the plan that was approved, in canonical JSON.</summary>
    public string Plan => In("plan", "plan.json");

    /// <summary>
    /// Returns the path of a plan to which tasks were added after approval. The hash of the plan is part of the file name.
    /// </summary>
    public string ExtendedPlan(string hash) => In("plan", $"plan-{hash}.json");

    /// <summary>Paths of all plans to which tasks were added, sorted by file size, largest first.</summary>
    public IEnumerable<string> ExtendedPlans =>
        Directory.Exists(In("plan"))
            ? Directory.EnumerateFiles(In("plan"), "plan-*.json").OrderByDescending(file => new FileInfo(file).Length)
            : [];

    /// <summary>Path of the file that contains the run's start settings and input, without the plan.</summary>
    public string StartFile => In("plan", "start.json");

    /// <summary>Path of the run's contracts.</summary>
    public string Contracts => In("plan", "contracts.json");

    /// <summary>Returns the path of a role's prompt text, relative to the run's folder.</summary>
    public static string RoleName(string role) => System.IO.Path.Combine("plan", "roles", role + ".md");

    /// <summary>Path of the run's current status, for readers without access to the run's Temporal server.</summary>
    public string Status => In("status.json");

    /// <summary>Path of the run's events, with one JSON document per line.</summary>
    public string Events => In("events.jsonl");

    /// <summary>
    /// Path of the file that records each move of the target branch by the run's landings, before the move is made
    /// (<see cref="Git.Landing.TargetBranchMoveHistory"/>).
    /// </summary>
    public string Landing => In(Git.Landing.TargetBranchMoveHistory.FileName);

    /// <summary>
    /// Path of the record of a landing's signed commit. A later attempt at the same landing reuses this commit instead of signing again.
    /// </summary>
    public string SignedLanding => In("landing-signed");

    /// <summary>Path of the report about the last escalation. The file does not exist if there was none.</summary>
    public string Escalation => In("escalation-report.md");

    /// <summary>Path of the run report in Markdown.</summary>
    public string Report => In("reports", "report.md");

    /// <summary>Path of the run report in JSON.</summary>
    public string ReportJson => In("reports", "report.json");

    /// <summary>Path of the report about lost changes, in Markdown.</summary>
    public string Losses => In("reports", "losses.md");

    /// <summary>Path of the report about lost changes, in JSON.</summary>
    public string LossesJson => In("reports", "losses.json");

    /// <summary>Returns the path of the text of a pull request.</summary>
    /// <param name="name">Id of the task, or <c>run</c>.</param>
    public string PullRequest(string name) => In("reports", $"pull-request-{name}.md");

    /// <summary>Path of the Markdown file that lists possible secrets in the changes to land.</summary>
    public string Secrets => In("reports", "secrets.md");

    /// <summary>Path of the list of possible secrets in the changes to land, in JSON.</summary>
    public string SecretsJson => In("reports", "secrets.json");

    /// <summary>Path of the report about packages with known vulnerabilities, in Markdown.</summary>
    public string Audit => In("reports", "audit.md");

    /// <summary>Path of the report about packages with known vulnerabilities, in JSON.</summary>
    public string AuditJson => In("reports", "audit.json");

    /// <summary>Path of the folder with the conflicts that trial merges found in advance.</summary>
    public string Radar => In("radar");

    /// <summary>
    /// Path of the folder with the task states that the run's workflow passes to its next execution at continue-as-new. Each file is named
    /// after the hash of its content.
    /// </summary>
    public string Checkpoints => In("checkpoints");

    /// <summary>Returns the path of a planning file, such as the request, the prompt, an answer or the plan.</summary>
    public string Planning(string name) => In("planning", name);

    /// <summary>Returns the path of a review file, such as the questions, an answer or the result of a round.</summary>
    public string Review(string name) => In("review", name);

    /// <summary>Path of the folder with evidence of the gates that are run before landing.</summary>
    public string LandingEvidence => In("landing");

    /// <summary>Path of the folder with the evidence and markers of the preflight.</summary>
    public string Preflight => In("preflight");

    /// <summary>Returns the path of a task's folder.</summary>
    public string Task(string taskId) => In("tasks", taskId);

    /// <summary>Returns the ids of the tasks that have a folder in this run, in no particular order.</summary>
    public IReadOnlyList<string> TaskIds() =>
        Directory.Exists(In("tasks"))
            ? [.. Directory.EnumerateDirectories(In("tasks")).Select(task => System.IO.Path.GetFileName(task)!)]
            : [];

    /// <summary>Returns the path of the folder of one agent run.</summary>
    /// <param name="start">Number of the agent run within its task.</param>
    public string Start(string taskId, int start) =>
        System.IO.Path.Combine(Task(taskId), start.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Returns the folder of another run of the same repository.</summary>
    public RunFolder Sibling(string runId) => new(_repository, runId);

    /// <summary>Returns a path relative to the repository's root, for records and display.</summary>
    public string Relative(string path) => System.IO.Path.GetRelativePath(_repository, path);

    /// <summary>
    /// Returns the workflow id if git refs and folder names can contain it. Otherwise returns <c>run-</c> followed by the id's hash.
    /// </summary>
    public static string NameOf(string runId) =>
        SafeName().IsMatch(runId)
        && !runId.EndsWith('.')
        && !runId.EndsWith(".lock", StringComparison.Ordinal)
        && !runId.Contains("..", StringComparison.Ordinal)
            ? runId
            : "run-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runId)))[..12];

    /// <summary>
    /// Returns the workflow id of a run from the name of its folder. Returns null if no run has such a folder, or if the name may contain a
    /// hash instead of the id.
    /// </summary>
    public static string? IdOf(string name) => NameOf(name) == name && !HashName().IsMatch(name) ? name : null;

    private string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", RegexOptions.CultureInvariant)]
    private static partial Regex SafeName();

    [GeneratedRegex("^run-[0-9a-f]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex HashName();
}
