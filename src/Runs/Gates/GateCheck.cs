using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.QualityGates;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// Runs gates at exactly one commit, in a clean tree outside the repository. What has passed on the same tree in this run is not run again.
/// </summary>
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
    public async Task<IReadOnlyList<GateVerdict>> RunAsync(
        RunFiles files,
        GitRepository repository,
        string commit,
        IReadOnlyList<Gate> gates,
        IReadOnlyList<string> changed,
        string evidence,
        CancellationToken stop,
        IReadOnlyList<Gate>? expectedRed = null,
        bool isMerge = false,
        string task = ""
    )
    {
        if (gates.Count == 0)
        {
            return [];
        }
        var tree = (await new CommitStore(repository).ReadAsync(commit, stop))!.Tree;
        var outcomes = new List<GateVerdict>();
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
                        outcomes.Add(
                            new GateVerdict
                            {
                                Gate = gate,
                                Result = GateResult.CouldNotRun,
                                Failure = GateFailure.Environment,
                                Command = gate.Command,
                                Refusal = failure,
                            }
                        );
                        return outcomes;
                    }
                }
                var subject = new GateSubject
                {
                    Directory = place.Worktree.Path,
                    ChangedFiles = changed,
                    Environment = GateEnvironment.Make(
                        services.Environment,
                        place.Resources.Variables(files.Settings.Worktrees.Environment)
                    ),
                    TemporaryFolder = place.Resources.TemporaryFolder,
                    Origin = new GateOrigin(repository.MainCheckout ?? "", files.Folder.Name, task),
                };
                var outcome = await RunAsync(gate, subject with { RerunFailure = expectedRed?.Contains(gate) != true }, evidence, stop);
                outcomes.Add(outcome);
                if (outcome.Passed)
                {
                    DurableFile.Write(ledger, JsonSerializer.SerializeToUtf8Bytes(outcome, GateVerdictJson.Default.GateVerdict));
                }
            }
        }
        finally
        {
            if (place is not null)
            {
                await place.DisposeAsync();
            }
        }
        return outcomes;
    }

    /// <summary>Sets up a fresh worktree of a commit, as agents get one, for where no gate does.</summary>
    /// <returns>Why it failed, or null.</returns>
    public async Task<string?> TrySetUpAsync(
        RunFiles files,
        GitRepository repository,
        string commit,
        string evidence,
        CancellationToken stop
    )
    {
        if (!WorktreeSetup.IsNeeded(files, repository.MainCheckout))
        {
            return null;
        }
        await using var place = await new VerificationTrees(repository, services.Environment).TakeAsync(commit, false, stop);
        return await WorktreeSetup.RunAsync(place.Worktree, files, services, evidence, stop);
    }

    /// <summary>Those that keep work from being merged: required, failed, and not red before the run began.</summary>
    public static IReadOnlyList<GateVerdict> Failures(RunFiles files, IEnumerable<GateVerdict> outcomes)
    {
        var advisory = BaseGates.RedAtBase(files.Folder);
        return [.. outcomes.Where(o => !o.Passed && o.Gate.Required && !advisory.Contains(o.Gate.Command))];
    }

    /// <summary>The file with all that a gate printed, as records and people have it; empty where it did not run.</summary>
    public static string EvidenceOf(RunFiles files, GateVerdict verdict) =>
        verdict.EvidenceFile is { } file ? files.Folder.Relative(file) : "";

    /// <summary>Why a gate did not hold, for people: with its last words, the file with all of them, and what helps.</summary>
    public static string Explain(RunFiles files, GateVerdict verdict)
    {
        var log = EvidenceOf(files, verdict) is { Length: > 0 } file ? $" See {file}." : "";
        return !verdict.BlamesMachine ? verdict.Complaint + log
            : verdict.Refusal is not null ? verdict.Summary
            : $"{verdict.Summary}{log} {GateProbe.CureOf(verdict.Gate, files.Gates.OfProject().Any(g => g.Command == verdict.Gate.Command), files.Folder.Repository)}";
    }

    /// <summary>Whether a gate's command has a place for the names of changed files.</summary>
    public static bool AsksForChangedFiles(Gate gate) => gate.Command.Contains("{modified_", StringComparison.Ordinal);

    private static string Name(Gate gate, IReadOnlyList<string> changed)
    {
        var uses = AsksForChangedFiles(gate) ? string.Join('\0', changed) : "";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{gate.Command}\0{gate.Negate}\0{uses}")))[..16];
    }

    private static GateVerdict? Known(string ledger) =>
        File.Exists(ledger) ? JsonSerializer.Deserialize(File.ReadAllBytes(ledger), GateVerdictJson.Default.GateVerdict) : null;

    private async Task<GateVerdict> RunAsync(Gate gate, GateSubject subject, string evidence, CancellationToken stop)
    {
        Directory.CreateDirectory(evidence);
        return await _runner.Value.RunAsync(gate, subject, Path.Combine(evidence, $"gate-{Name(gate, subject.ChangedFiles)}.log"), stop);
    }
}

[JsonSerializable(typeof(GateVerdict))]
internal sealed partial class GateVerdictJson : JsonSerializerContext;
