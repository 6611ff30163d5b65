using Orchestrator.Git.Landing;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>
/// Creates the commit to which the target moves. Its files are exactly those of staging. Depending on <c>git.land</c>, it is the tip of
/// staging, a squashed commit, or a rebased chain without merge commits. If commits must be signed and <c>git.land</c> is <c>merge</c>, it
/// is a signed merge commit.
/// </summary>
/// <param name="files">The plan and start settings of the run.</param>
/// <param name="target">Full ref name of the target.</param>
/// <param name="baseCommit">Commit from which the run started.</param>
internal sealed class LandingCommitBuilder(RunPlanAndSettings files, GitRepository repository, string target, string baseCommit)
{
    private readonly GitCommitReaderAndWriter _commits = new(repository);

    /// <summary>
    /// Checks in advance whether the landing commit can be signed, so that no agent costs money for a run that can't land.
    /// </summary>
    /// <returns>Sentence with the problem and its remedy, and true if a user may start the run anyway. Null if there is no
    /// obstacle.</returns>
    public static async Task<(string Problem, bool MayBegin)?> FindObstacleAsync(
        GitRepository repository,
        LandingSettings settings,
        CancellationToken stop
    ) =>
        settings.Sign == LandingCommitSigningMode.AsConfigured
        && LandingMode.MovesTarget(settings.Land)
        && await CommitSigningSettings.FindAsync(repository, stop) is { } signing
        && await signing.TryAsync(repository, stop) is { } why
            ? ($"The landing can't be signed now. {why} Unlock the key in ssh-agent or gpg-agent, or accept this with --yes.", true)
            : null;

    /// <summary>
    /// Finds or creates the commit to which the target moves. If the target has commits that staging lacks, the tip of staging is returned,
    /// because these commits must be merged first. A signature contains a time, so a signed commit is recorded before the target moves. A
    /// repeated landing then uses the same commit.
    /// </summary>
    /// <param name="tip">The verified commit of staging.</param>
    /// <exception cref="CommitSigningException">The user's key cannot sign now.</exception>
    public async Task<string> OfAsync(string tip, CancellationToken stop)
    {
        var way = files.Settings.Git.Land;
        var signing =
            files.Settings.Git.Sign == LandingCommitSigningMode.AsConfigured
                ? await CommitSigningSettings.FindAsync(repository, stop)
                : null;
        if (
            (way is not (LandingMode.Squash or LandingMode.Rebase) && signing is null)
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
        // A commit that this run has already landed stands for the commit of staging at that time.
        if (onto != landed && !await _commits.IsAncestorAsync(onto, tip, stop))
        {
            return tip;
        }
        if (signing is null)
        {
            return await MakeAsync(onto, tip, way, signing, stop);
        }
        if (await ReadSignedAsync(onto, tip, way, stop) is { } signed)
        {
            return signed;
        }
        signed = await MakeAsync(onto, tip, way, signing, stop);
        DurableFile.Write(files.Folder.SignedLanding, string.Join('\n', onto, tip, way, signed));
        return signed;
    }

    private async Task<string> MakeAsync(string onto, string tip, string way, CommitSigningSettings? signing, CancellationToken stop)
    {
        if (way == LandingMode.Merge)
        {
            var tree = (await _commits.ReadAsync(tip, stop))!.Tree;
            return await _commits.CreateAsync(
                tree,
                [onto, tip],
                $"Merge {files.Folder.Name}",
                new CommitTrailers(files.Folder.Name),
                signing,
                stop
            );
        }
        var steps = new List<CommitToLinearize>();
        foreach (var commit in (await _commits.ListFirstParentsAsync(tip, baseCommit, stop)).Reverse())
        {
            if (await StepAsync(commit, onto, way, stop) is { } step)
            {
                steps.Add(step);
            }
        }
        return await new LinearHistoryBuilder(repository, files.AppendedFiles, signing).MakeAsync(onto, steps, tip, Rest, stop);
    }

    /// <summary>Returns the signed commit that an earlier attempt at the same landing recorded. Returns null if there is none.</summary>
    private async Task<string?> ReadSignedAsync(string onto, string tip, string way, CancellationToken stop) =>
        DurableFile.TryRead(files.Folder.SignedLanding)?.Split('\n') is [var before, var staging, var how, var signed]
        && (before, staging, how) == (onto, tip, way)
        && signed.All(char.IsAsciiHexDigitLower)
        && await repository.HasCommitAsync(signed, stop)
        && (await _commits.ReadAsync(signed, stop))?.Tree == (await _commits.ReadAsync(tip, stop))?.Tree
        && await _commits.IsAncestorAsync(onto, signed, stop)
            ? signed
            : null;

    /// <summary>Returns the last commit that this run landed. Returns null if the target does not contain it.</summary>
    private async Task<string?> LastAsync(string onto, CancellationToken stop) =>
        TargetBranchMoveHistory.TryRead(files.Folder.Landing) is { } note
        && note.Target == target
        && await repository.HasCommitAsync(note.Commit, stop)
        && await _commits.IsAncestorAsync(note.Commit, onto, stop)
            ? note.Commit
            : null;

    private async Task<CommitToLinearize?> StepAsync(CommitInfo commit, string onto, string way, CancellationToken stop)
    {
        var side = commit.Parents.Count > 1 ? commit.Parents[1] : null;
        if (side is not null && await _commits.IsAncestorAsync(side, onto, stop))
        {
            return null; // The target was merged into staging, so its commit is the new base.
        }
        var task = files.Plan.Tasks.FirstOrDefault(task => commit.Trailers?.Run == files.Folder.Name && task.Id == commit.Trailers.Task);
        return new CommitToLinearize(
            commit.Id,
            task is null ? commit.Subject : TaskCommitter.MessageOf(task, files.Settings),
            commit.Trailers
        )
        {
            Copied =
                side is null ? (commit.Trailers is null ? [commit.Id] : [])
                : way == LandingMode.Rebase ? await _commits.ListWithoutMergesAsync(side, commit.Parents[0], stop)
                : [],
        };
    }

    private (string Message, CommitTrailers Trailers) Rest(IReadOnlyList<CommitToLinearize> left)
    {
        var name = RunRefNameBuilder.Label(target);
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
