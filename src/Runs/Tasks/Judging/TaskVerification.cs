using Orchestrator.Gates.Tampering;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks;

/// <summary>Verifies a task's work. Only owned files may be changed; we commit them, and run the gates at that commit. The agent's claims
/// are only recorded.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class TaskVerification(RunServices services)
{
    private const string NothingChanged = "No file was changed: the agent has ended without any work.";
    private const string Unproven = "There is no gate that shows that the work is whole.";

    // Gates may have passed before the agent did anything.
    private const string GaveUp =
        "The gates pass, but an agent that ends with an error has given up, unless it has said that its work is done: finish it, and end "
        + "well or say so.";

    // Limited because the paths are sent through Temporal.
    private const int MostHeldBack = 20;

    private readonly GateCheck _gates = new(services);

    private static List<string> ForeignToEarlierResult(RunFiles files, PlanTask task, VerifyTaskInput input, List<string> changed) =>
        input.Start == 0 ? [.. changed.Where(path => !Ownership.Of(task).Owns(path) || ContractCheck.Of(files, path) is not null)] : [];

    /// <summary>Verifies the work of one attempt. A repeated call finds the existing commit.</summary>
    /// <param name="input">The task, the attempt, and the agent's claim.</param>
    /// <param name="stop">Stops the running gate.</param>
    public async Task<VerifyResult> VerifyAsync(VerifyTaskInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Task.Repository, input.Task.RunId, input.Task.PlanHash);
        var result = await JudgeAsync(files, input, stop);
        return result.Problems.Count > 0 && StepSandbox.RefusedHosts(files.Folder, input.Task.Task.Id) is { Count: > 0 } refused
            ? result with
            {
                Problems =
                [
                    .. result.Problems,
                    $"Its programs were refused {Plural.Of(refused.Count, "host")}: {FileNames.Some(refused)}. If that is why, a person "
                        + $"can allow {Plural.Form(refused.Count, "it", "one")}: 'orchestrate network allow {refused[0]}' for all, or "
                        + $"'network: [{refused[0]}]' of the task or the gate in the plan.",
                ],
            }
            : result;
    }

    private async Task<VerifyResult> JudgeAsync(RunFiles files, VerifyTaskInput input, CancellationToken stop)
    {
        var task = files.Task(input.Task);
        var workspace = new TaskWorkspace(await services.OpenRepositoryAsync(files), files, task.Id);
        var notes = new List<string>();
        string commit;
        IReadOnlyList<string> heldBack = [];
        if (input.Prepared.ReusedCommit.Length > 0 && input.Start == 0)
        {
            commit = input.Prepared.ReusedCommit;
        }
        else
        {
            var work = new TaskCommit(workspace, task, files);
            var (problems, made) = await CheckAndCommitAsync(work, input, notes, stop);
            if (problems.Count > 0)
            {
                return Refused(files, task, input, problems, "");
            }
            (commit, heldBack) = (made, work.HeldBack);
        }
        var differences = await new Diffs(workspace.Repository).BetweenAsync(input.Prepared.BaseCommit, commit, stop);
        var changed = differences.Select(c => c.Path).ToList();
        if (ForeignToEarlierResult(files, task, input, changed) is { Count: > 0 } foreign)
        {
            return Refused(
                files,
                task,
                input,
                [$"The earlier result changes what this task does not own: {FileNames.Some(foreign)}."],
                commit
            );
        }
        if (
            await ContractCheck.ProblemsAsync(files, new CommitStore(workspace.Repository), commit, differences, stop) is
            { Count: > 0 } breaches
        )
        {
            return Refused(files, task, input, breaches, commit);
        }
        if (
            workspace.Worktrees.Find(workspace.WorktreePath) is { } checkout
            && await LargeFiles.MissingAsync(checkout, differences, stop) is { Count: > 0 } missing
        )
        {
            return Refused(files, task, input, [MissingContent(missing)], commit);
        }
        var gates = files.Gates.Of(files.Plan, task);
        var evidence = GateEvidence.Folder(files.Folder, task.Id, input.Attempt);
        var claims = AgentClaim.Read(files.Folder, task.Id, input.Start, input.SaidHash);
        var sources = await TestFiles.ReadAsync(workspace.Repository, input.Prepared.BaseCommit, commit, differences, stop);
        var outcomes = Measurements.WithClaims(
            await _gates.RunAsync(
                files,
                workspace.Repository,
                commit,
                gates,
                changed,
                evidence,
                stop,
                task: task.Id,
                newTests: new TestChanges(sources).ToProve
            ),
            claims
        );
        var measured = Measurements.Of(outcomes);
        var failures = GateCheck.Failures(files, outcomes);
        var gated = GateSummary.Of(outcomes, failures.Count > 0, changed.Exists(HasBehaviour));
        if (failures.FirstOrDefault(f => f.BlamesMachine) is { } broken)
        {
            return new VerifyResult
            {
                Commit = commit,
                Problems = [GateCheck.Explain(files, broken)],
                FailureClass = FailureClass.Environment,
                Gates = gated,
                Measurements = measured,
            };
        }
        if (failures.Count > 0)
        {
            IReadOnlyList<string> hidden = [.. await HiddenAsync(workspace, task, stop), .. HeldBackFiles.Explain(heldBack)];
            // Gates prove nothing about work that was not done; their output is only evidence of what is missing.
            var idle = MustChange(task) && changed.Count == 0;
            IReadOnlyList<string> words = idle ? [NothingChanged] : [.. failures.Select(f => GateCheck.Explain(files, f))];
            var sections = (idle ? words.Select(word => $"- {word}\n") : []).Concat(failures.Select(GateFormatter.Section)).Concat(hidden);
            return Refused(files, task, input, [.. words, .. hidden], commit, [.. sections]) with
            {
                Gates = gated,
                Measurements = measured,
            };
        }
        if (input.EndedWith.Length > 0 && (!input.ClaimedDone || !outcomes.Any(o => o.Passed)))
        {
            return Refused(files, task, input, [input.ClaimedDone ? Unproven : GaveUp], commit);
        }
        if (changed.Count == 0 && MustChange(task))
        {
            if (outcomes.Count == 0)
            {
                var hidden = await HiddenAsync(workspace, task, stop);
                return Refused(files, task, input, [$"{NothingChanged} No gate shows that nothing had to be.", .. hidden], commit);
            }
            notes.Add("no file was changed; the gates pass without");
        }
        notes.AddRange(HowItEnded(input));
        if (GateFormatter.Unproven(gated) is { Length: > 0 } unproven)
        {
            notes.Add(unproven);
        }
        notes.AddRange(GateFormatter.Notes(outcomes));
        notes.AddRange(Measurements.Unknown(outcomes, claims));
        var power = await new VerdictEvidence(_gates).FindAsync(
            files,
            workspace,
            task,
            input,
            commit,
            differences,
            sources,
            outcomes,
            stop
        );
        if (power.Refusal is { } refusal)
        {
            return Refused(files, task, input, [refusal], commit) with { Gates = gated, Measurements = measured, Red = power.Red };
        }
        notes.AddRange(power.Notes);
        await TaskResultCache.KeepAsync(workspace, task, input, commit, changed.Count > 0, stop);
        var verified = new VerifyResult
        {
            Commit = commit,
            Gates = gated,
            Measurements = measured,
            HeldBack = Shown(heldBack),
            Notes = notes,
            Red = power.Red,
            NeedsPerson = string.Join(" ", ProblemsFile.Some(power.ForPerson)),
        };
        await workspace.ReturnVerifiedAsync(verified, stop);
        return verified;
    }

    private static IReadOnlyList<string>? Shown(IReadOnlyList<string> places) =>
        places.Count == 0 ? null : [.. places.Take(MostHeldBack).Select(place => FileNames.Show(place))];

    private static IEnumerable<string> HowItEnded(VerifyTaskInput input)
    {
        if (input.EndedWith.Length > 0)
        {
            yield return $"{input.EndedWith} The agent said that it is done, and its work passes its gates, so it was taken";
        }
        else if (!input.ClaimedDone)
        {
            yield return "the agent did not say done; judged by its gates";
        }
    }

    private static string MissingContent(IReadOnlyList<string> missing) =>
        $"The content of {FileNames.Some(missing)}, which git LFS keeps, is not in the repository: the commit names a content that was "
        + "never stored, or that was changed after it was. Write the file again, 'git add' it, and leave what lies in .git/lfs as git "
        + "made it.";

    /// <summary>True if the purpose of the task is to write files.</summary>
    private static bool MustChange(PlanTask task) => task.FilesWrite is not { Count: 0 };

    /// <summary>True if a file may affect a program's behavior, which excludes documents and images.</summary>
    private static bool HasBehaviour(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is not (".md" or ".txt" or ".rst" or ".adoc" or ".png" or ".svg" or ".jpg");

    /// <summary>Checks and commits the work. Files that git refuses to read or store become problems for the agent to fix.</summary>
    private static async Task<(IReadOnlyList<string> Problems, string Commit)> CheckAndCommitAsync(
        TaskCommit work,
        VerifyTaskInput input,
        List<string> notes,
        CancellationToken stop
    )
    {
        try
        {
            var problems = await work.FindProblemsAsync(input, notes, stop);
            return problems.Count > 0 ? (problems, "") : await work.CommitAsync(input, notes, stop);
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            return (
                [
                    $"git can't take in what is in the worktree: {FileNames.Show(refusal.ErrorOutput.ReplaceLineEndings(" "), 600)} "
                        + "Repair it so that 'git status' and 'git add --all' work there, and remove what can't be stored.",
                ],
                ""
            );
        }
    }

    /// <summary>Returns a note on the task's files that ignore rules hide; empty if there are none.</summary>
    private static async Task<IReadOnlyList<string>> HiddenAsync(TaskWorkspace workspace, PlanTask task, CancellationToken stop) =>
        workspace.Worktrees.Find(workspace.WorktreePath) is { } worktree
        && await new IgnoredWork(workspace, task, worktree).DescribeAsync(stop) is { Length: > 0 } hidden
            ? [hidden]
            : [];

    private static VerifyResult Refused(
        RunFiles files,
        PlanTask task,
        VerifyTaskInput input,
        IReadOnlyList<string> problems,
        string commit,
        IReadOnlyList<string>? sections = null
    )
    {
        if (input.EndedWith.Length > 0)
        {
            var ended = $"The agent failed the last time: {input.EndedWith}";
            (problems, sections) = ([ended, .. problems], sections is null ? null : [ended + "\n", .. sections]);
        }
        var file = ProblemsFile.Write(files.Folder, task.Id, input.Attempt, sections ?? [.. problems.Select(p => "- " + p)]);
        return new VerifyResult
        {
            Commit = commit,
            Problems = ProblemsFile.Bounded(problems, file),
            ProblemsFile = file,
        };
    }
}
