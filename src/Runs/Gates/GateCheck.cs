using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Git;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.QualityGates;

namespace Orchestrator.Runs.Gates;

/// <summary>One gate and what came of it.</summary>
/// <param name="Gate">The gate.</param>
/// <param name="Passed">Whether it holds.</param>
/// <param name="Summary">What happened, in a sentence.</param>
/// <param name="Evidence">File with its output, relative to the repository.</param>
/// <param name="Tail">The end of its output.</param>
/// <param name="Environment">The machine is to blame, not the work.</param>
/// <param name="Advice">What helps where it could not have something that others had (a port, a database, a file), in sentences; else empty.</param>
internal sealed record GateOutcome(Gate Gate, bool Passed, string Summary, string Evidence, string Tail, bool Environment, string Advice = "")
{
    /// <summary>That it failed, in a sentence, with what helps.</summary>
    [JsonIgnore]
    public string Failure => $"Gate failed: {Gate.Name}.{(Advice.Length == 0 ? "" : " " + Advice)}";
}

/// <summary>Runs gates at exactly one commit, in a clean tree outside the repository. What has passed on the same tree in this run is not run again.</summary>
internal sealed class GateCheck(RunServices services)
{
    private readonly Lazy<GateRunner> _runner = new(() => new GateRunner(GateTurns.Of(services.Environment, services.Time), services.Time));

    /// <summary>Runs the gates one after the other and gives all outcomes.</summary>
    /// <param name="files">The run.</param>
    /// <param name="repository">Its repository.</param>
    /// <param name="commit">The commit to check.</param>
    /// <param name="gates">What to run.</param>
    /// <param name="changed">Files that differ from the base: what <c>{modified_files}</c> stands for.</param>
    /// <param name="evidence">Folder for the output of the gates.</param>
    /// <param name="stop">Stops the gate that runs.</param>
    /// <param name="expectedRed">Gates that have no work to show yet: a failure of theirs is not looked at twice.</param>
    /// <param name="isMerge">The commit is a merge on staging.</param>
    /// <param name="task">The task whose work it is, where it is one task's.</param>
    public async Task<IReadOnlyList<GateOutcome>> RunAsync(
        RunFiles files, GitRepository repository, string commit, IReadOnlyList<Gate> gates, IReadOnlyList<string> changed, string evidence, CancellationToken stop,
        IReadOnlyList<Gate>? expectedRed = null, bool isMerge = false, string task = "")
    {
        if (gates.Count == 0)
            return [];
        var tree = (await new Commits(repository).ReadAsync(commit, stop))!.Tree;
        var outcomes = new List<GateOutcome>();
        VerificationTree? place = null;
        try
        {
            foreach (var gate in gates)
            {
                var ledger = Path.Combine(files.Folder.Path, "gates", $"{tree}-{Name(gate, changed)}.json");
                if (Known(ledger) is { } known)
                {
                    outcomes.Add(known with { Gate = gate });
                    continue;
                }
                if (place is null)
                {
                    place = await new VerificationTrees(repository, services.Environment).TakeAsync(commit, isMerge, stop);
                    if (await WorktreeSetup.RunAsync(place.Worktree, files, services, evidence, stop) is { } failure)
                    {
                        outcomes.Add(new GateOutcome(gate, false, failure, "", "", Environment: true));
                        return outcomes;
                    }
                }
                var subject = new GateSubject
                {
                    Directory = place.Worktree.Path,
                    ChangedFiles = changed,
                    Environment = GateEnvironment.Make(services.Environment, place.Resources.Variables(files.Policy.WorktreeEnvironment)),
                    TemporaryFolder = place.Resources.TemporaryFolder,
                    Origin = new GateOrigin(repository.MainCheckout ?? "", files.Folder.Name, task),
                };
                var outcome = await RunAsync(files, gate, subject, evidence, expectedRed?.Contains(gate) != true, stop);
                outcomes.Add(outcome);
                if (outcome.Passed)
                    DurableFile.Write(ledger, JsonSerializer.SerializeToUtf8Bytes(outcome, GateOutcomeJson.Default.GateOutcome));
            }
        }
        finally
        {
            if (place is not null)
                await place.DisposeAsync();
        }
        return outcomes;
    }

    /// <summary>Sets up a fresh worktree of a commit, as agents get one, for where no gate does.</summary>
    /// <returns>Why it failed, or null.</returns>
    public async Task<string?> TrySetUpAsync(RunFiles files, GitRepository repository, string commit, string evidence, CancellationToken stop)
    {
        if (!WorktreeSetup.IsNeeded(files, repository.MainCheckout))
            return null;
        await using var place = await new VerificationTrees(repository, services.Environment).TakeAsync(commit, false, stop);
        return await WorktreeSetup.RunAsync(place.Worktree, files, services, evidence, stop);
    }

    /// <summary>Those that keep work from being merged: required, failed, and not red before the run began.</summary>
    public static IReadOnlyList<GateOutcome> Failures(RunFiles files, IEnumerable<GateOutcome> outcomes)
    {
        var advisory = BaseGates.RedAtBase(files.Folder);
        return [.. outcomes.Where(o => !o.Passed && o.Gate.Required && !advisory.Contains(o.Gate.Command))];
    }

    /// <summary>Whether a gate's command has a place for the names of changed files.</summary>
    public static bool AsksForChangedFiles(Gate gate) => gate.Command.Contains("{modified_", StringComparison.Ordinal);

    private static string Name(Gate gate, IReadOnlyList<string> changed)
    {
        var uses = AsksForChangedFiles(gate) ? string.Join('\0', changed) : "";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{gate.Command}\0{gate.Negate}\0{uses}")))[..16];
    }

    private static GateOutcome? Known(string ledger) =>
        File.Exists(ledger) ? JsonSerializer.Deserialize(File.ReadAllBytes(ledger), GateOutcomeJson.Default.GateOutcome) : null;

    private async Task<GateOutcome> RunAsync(RunFiles files, Gate gate, GateSubject subject, string evidence, bool rerunFailure, CancellationToken stop)
    {
        Directory.CreateDirectory(evidence);
        var file = Path.Combine(evidence, $"gate-{Name(gate, subject.ChangedFiles)}.log");
        var verdict = await _runner.Value.RunAsync(gate, subject with { RerunFailure = rerunFailure }, file, stop);
        var passed = verdict.Result is GateResult.Passed or GateResult.Skipped;
        var isMachine = verdict.Failure == GateFailure.Environment && !IsOfTheRepository(gate.Command);
        var summary = verdict.Advice.Length == 0 ? Summary(verdict) : $"{Summary(verdict)} {verdict.Advice}";
        return new GateOutcome(gate, passed, summary, files.Folder.Relative(file), verdict.Tail, isMachine, verdict.Advice);
    }

    /// <summary>A program of the repository itself that is missing is the work's fault, not the machine's.</summary>
    private static bool IsOfTheRepository(string command) => command.TrimStart().Split([' ', '\t'], 2)[0].Contains('/', StringComparison.Ordinal);

    private static string Summary(GateVerdict verdict) => verdict.Result switch
    {
        GateResult.Passed => verdict.Failure == GateFailure.Flaky ? "It failed, and passed when run again on the same files." : "It passed.",
        GateResult.Skipped => verdict.Tail,
        GateResult.TimedOut => $"It took longer than {verdict.Gate.Limit.TotalSeconds:0} s and was stopped.",
        GateResult.CouldNotRun => $"The gate '{verdict.Gate.Name}' could not run: {(verdict.ExitCode is { } code ? $"exit code {code}. " : "")}{LastLine(verdict.Tail)}",
        _ => $"It ended with exit code {verdict.ExitCode}{(verdict.Gate.Negate ? ", but has to fail" : "")}.",
    };

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];
}

[JsonSerializable(typeof(GateOutcome))]
internal sealed partial class GateOutcomeJson : JsonSerializerContext;
