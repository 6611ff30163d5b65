using Orchestrator.Git.Commits;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Queries;

/// <summary>
/// Traces a line of code to its task, attempt, gates and approvers. The trailers of a commit count only if the run's record also contains
/// the commit, because an agent can write any commit message.
/// </summary>
/// <param name="services">Opens repositories.</param>
public sealed class LineProvenanceFinder(RunServiceBundle services)
{
    private const int MostUnmerged = 100;

    /// <summary>Traces a line to the task that added it.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="revision">Revision of the file, or null for <c>HEAD</c>.</param>
    /// <param name="path">Path of the file, relative to the root, with forward slashes.</param>
    /// <param name="line">Line number, starting at 1.</param>
    /// <param name="runs">Records of all runs in the repository.</param>
    /// <param name="stop">Cancels the search.</param>
    /// <returns>The proof, or null if the file or line does not exist.</returns>
    public async Task<LineProvenance?> FindAsync(
        LocalRepositoryPaths repository,
        string? revision,
        string path,
        int line,
        IReadOnlyList<RecordedRun> runs,
        CancellationToken stop
    )
    {
        var git = await services.OpenRepositoryAsync(repository.Root);
        var origins = new LineOriginFinder(git);
        if (await origins.FindAsync(revision ?? "HEAD", path, line, stop) is not { } origin)
        {
            return null;
        }
        var proof = new LineProvenance(path, line, origin.Text, origin.Commit, origin.Author, origin.Time, origin.Subject);
        var said = (await new GitCommitReaderAndWriter(git).ReadAsync(origin.Commit, stop))?.Trailers;
        foreach (var run in runs.OrderByDescending(run => run.Status.RunId == said?.Run || Path.GetFileName(run.Folder) == said?.Run))
        {
            if (await FindMergeAsync(run.Status, origin.Commit, origins, stop) is { } merge)
            {
                return OfRun(proof, run, merge, said, new RunFolder(repository.Root, run.Status.RunId));
            }
            if (await FindUnmergedAsync(run.Status, origin.Commit, origins, stop) is { } unmerged)
            {
                var folder = new RunFolder(repository.Root, run.Status.RunId);
                var own = new CommitTrailers(folder.Name, unmerged.Id, unmerged.Attempt);
                return OfTask(proof with { Run = run.Status.RunId }, run, unmerged, own, said, folder);
            }
        }
        return said is null
            ? proof
            : proof with
            {
                Gaps =
                [
                    $"its commit names {said.Run}{(said.Task is { } task ? $"/{task}" : "")}, but no run record on this machine "
                        + "contains the commit. The run was cleaned up or ran on another machine, or the commit message is wrong",
                ],
            };
    }

    // Searches from the run's landed commit, or from its staging branch if it has not landed, back to the run's base.
    private static async Task<CommitInfo?> FindMergeAsync(RunStatus run, string commit, LineOriginFinder origins, CancellationToken stop)
    {
        var tip = run.LandedCommit.Length > 0 ? run.LandedCommit : run.Staging;
        if (
            run.BaseCommit.Length == 0
            || tip.Length == 0
            || !await origins.HasAsync(tip, commit, stop)
            || await origins.HasAsync(run.BaseCommit, commit, stop)
        )
        {
            return null;
        }
        var merge = await origins.FindMergeAsync(commit, tip, run.BaseCommit, stop);
        // If the target moved during the run, the landing merges staging as a whole.
        return merge is { Trailers: not { Task: not null }, Parents: [_, var staging, ..] }
            ? await origins.FindMergeAsync(commit, staging, run.BaseCommit, stop) ?? merge
            : merge;
    }

    // The work of such tasks stays on separate branches, which a user merges.
    private static async Task<RunTaskStatus?> FindUnmergedAsync(
        RunStatus run,
        string commit,
        LineOriginFinder origins,
        CancellationToken stop
    )
    {
        foreach (var task in run.Tasks.Where(task => task is { Commit.Length: > 0, MergeCommit.Length: 0 }).Take(MostUnmerged))
        {
            if (await origins.HasAsync(task.Commit, commit, stop) && !await origins.HasAsync(run.BaseCommit, commit, stop))
            {
                return task;
            }
        }
        return null;
    }

    private static LineProvenance OfRun(
        LineProvenance proof,
        RecordedRun recorded,
        CommitInfo merge,
        CommitTrailers? said,
        RunFolder folder
    )
    {
        proof = proof with { Run = recorded.Status.RunId };
        // orchestrate itself creates the merges on staging and the commits of a linear landing, so their trailers can be trusted.
        var task =
            merge.Trailers is { Task: { } named } own && own.Run == folder.Name
                ? recorded.Status.Tasks.FirstOrDefault(one => one.Id == named)
                : null;
        return task is not null
            ? OfTask(proof, recorded, task, merge.Trailers!, said, folder)
            : proof with
            {
                Decisions = Decisions(recorded, null),
                Gaps =
                [
                    "the line comes from the run, but not from a task, because a user repaired staging, or because packages were installed",
                ],
            };
    }

    private static LineProvenance OfTask(
        LineProvenance proof,
        RecordedRun recorded,
        RunTaskStatus task,
        CommitTrailers merged,
        CommitTrailers? said,
        RunFolder folder
    )
    {
        var gaps = new List<string>();
        var attempt = merged.Attempt ?? task.Attempt;
        var verdicts = GateEvidence.Read(folder, task.Id, attempt);
        if (verdicts is null)
        {
            gaps.Add("its gate output can't be read, because another program changed it");
        }
        foreach (var verdict in verdicts ?? [])
        {
            if (GateEvidence.Tampered(folder.Repository, verdict) is { } tampered)
            {
                gaps.Add($"gate '{verdict.Name}': {tampered}; its current content is not evidence");
            }
        }
        if (verdicts is { Count: 0 })
        {
            gaps.Add(
                Directory.Exists(folder.Path)
                    ? "no gate checked this task's work alone; 'show' lists the gates of the merge"
                    : "the run's folder is missing, and with it the gate output"
            );
        }
        if (said?.Task is { } other && other != task.Id && said.Run == folder.Name)
        {
            gaps.Add($"its commit names the task {other}, but the run's record says {task.Id}");
        }
        var notes = AttemptLanguageModelReader.NotesOf(folder.Path, task.Id).Where(one => one.Attempt == attempt).ToList();
        return proof with
        {
            Task = task.Id,
            Title = task.Title,
            Attempt = attempt,
            Merge = task.MergeCommit,
            Agent = RunAgentList.Describe(notes, task, recorded.Status),
            Sessions = [.. notes.Select(one => one.Session).Where(session => session.Length > 0).Distinct(StringComparer.Ordinal)],
            CostUsd = task.Cost,
            Gates =
            [
                .. (verdicts ?? []).Select(verdict => new LineProvenanceGateVerdict(
                    verdict.Name,
                    verdict.Passed,
                    GateVerdictFormatter.Line(verdict),
                    verdict.EvidenceFile ?? "",
                    verdict.EvidenceHash
                )),
            ],
            Decisions = Decisions(recorded, task.Id),
            Gaps = gaps,
        };
    }

    private static IReadOnlyList<LineProvenanceUserDecision> Decisions(RecordedRun run, string? task) =>
        [
            .. run.ReadEvents()
                .Where(happened => happened.By is not null && (happened.Task is null || happened.Task == task))
                .Select(happened => new LineProvenanceUserDecision(
                    happened.By!,
                    happened.Time,
                    $"{happened.Task ?? "the run"}: {happened.State}{(happened.Reason.Length > 0 ? $" ({happened.Reason})" : "")}",
                    happened.Sequence
                )),
        ];
}

/// <summary>The stored record of a run.</summary>
/// <param name="Folder">Absolute path of the run's folder.</param>
/// <param name="Status">Last recorded status of the run.</param>
/// <param name="ReadEvents">Reads the run's events, oldest first. It is called only for the run that is needed.</param>
public sealed record RecordedRun(string Folder, RunStatus Status, Func<IReadOnlyList<RunEvent>> ReadEvents);
