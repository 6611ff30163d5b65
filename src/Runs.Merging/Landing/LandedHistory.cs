using Orchestrator.Git.Landing;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>The commit that the target gets: staging itself, or staging without merge commits (<c>git.land</c> squash and rebase), with
/// exactly its files.</summary>
/// <param name="files">The run's plan and settings.</param>
/// <param name="target">The target, a full ref name.</param>
/// <param name="baseCommit">Where the run began.</param>
internal sealed class LandedHistory(RunFiles files, GitRepository repository, string target, string baseCommit)
{
    private readonly CommitStore _commits = new(repository);

    /// <summary>Finds or makes it. Where the target has commits that staging does not have, staging itself: those have to be taken in
    /// first.</summary>
    /// <param name="tip">Staging's commit, which was checked.</param>
    public async Task<string> OfAsync(string tip, CancellationToken stop)
    {
        var way = files.Settings.Git.Land;
        if (
            way is not (LandingWay.Squash or LandingWay.Rebase)
            || await new RefStore(repository).ReadAsync(target, stop) is not { } onto
            || tip == onto
        )
        {
            return tip;
        }
        var landed = await LastAsync(onto, stop);
        if (landed is not null && (await _commits.ReadAsync(landed, stop))?.Tree == (await _commits.ReadAsync(tip, stop))?.Tree)
        {
            return landed;
        }
        // What this run has landed itself is staging as it was then.
        if (onto != landed && !await _commits.IsAncestorAsync(onto, tip, stop))
        {
            return tip;
        }
        var steps = new List<LinearStep>();
        foreach (var commit in (await _commits.ListFirstParentsAsync(tip, baseCommit, stop)).Reverse())
        {
            if (await StepAsync(commit, onto, way, stop) is { } step)
            {
                steps.Add(step);
            }
        }
        return await new LinearHistory(repository, files.AppendedFiles).MakeAsync(onto, steps, tip, Rest, stop);
    }

    /// <summary>The last commit that this run has landed, where the target has it.</summary>
    private async Task<string?> LastAsync(string onto, CancellationToken stop) =>
        LandingNote.TryRead(files.Folder.Landing) is { } note
        && note.Target == target
        && await repository.HasCommitAsync(note.Commit, stop)
        && await _commits.IsAncestorAsync(note.Commit, onto, stop)
            ? note.Commit
            : null;

    private async Task<LinearStep?> StepAsync(CommitInfo commit, string onto, string way, CancellationToken stop)
    {
        var side = commit.Parents.Count > 1 ? commit.Parents[1] : null;
        if (side is not null && await _commits.IsAncestorAsync(side, onto, stop))
        {
            return null; // The target was merged in: it is what all of this comes upon.
        }
        var task = files.Plan.Tasks.FirstOrDefault(task => commit.Trailers?.Run == files.Folder.Name && task.Id == commit.Trailers.Task);
        return new LinearStep(commit.Id, task is null ? commit.Subject : TaskCommit.MessageOf(task, files.Settings), commit.Trailers)
        {
            Copied =
                side is null ? (commit.Trailers is null ? [commit.Id] : [])
                : way == LandingWay.Rebase ? await _commits.ListWithoutMergesAsync(side, commit.Parents[0], stop)
                : [],
        };
    }

    private (string Message, CommitTrailers Trailers) Rest(IReadOnlyList<LinearStep> left)
    {
        var name = RunRefs.Shown(target);
        var trailers = left.Select(step => step.Trailers).OfType<CommitTrailers>().ToList();
        return left.Count == 1 && trailers is [var only]
            ? (left[0].Message, only)
            : (
                left.Count == 0
                    ? $"Join with {name}"
                    : $"Join with {name}\n\n{string.Concat(left.Select(step => $"- {step.Message.Split('\n', 2)[0]}\n"))}",
                new CommitTrailers(files.Folder.Name)
            );
    }
}
