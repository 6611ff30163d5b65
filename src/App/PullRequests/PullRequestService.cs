using System.Globalization;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.Merging.Landing;
using Orchestrator.Runs.Tasks.Secrets;

namespace Orchestrator.App.PullRequests;

/// <summary>Title and text of a pull request for the branch of a task or of the whole run.</summary>
/// <param name="Task">Id of the task whose branch is offered, or null for the run's staging branch.</param>
/// <param name="Title">Title of the pull request.</param>
/// <param name="Body">Text of the pull request in Markdown.</param>
public sealed record PullRequestTitleAndBody(string? Task, string Title, string Body);

/// <summary>The result of an operation on a pull request.</summary>
/// <param name="Outcome">Outcome of the operation.</param>
/// <param name="Message">Sentence about the result for users.</param>
public sealed record PullRequestResult(GitHubCliCallOutcome Outcome, string Message)
{
    /// <summary>URL of the pull request, or null if there is none.</summary>
    public string? Url { get; init; }

    /// <summary>Number of the pull request, or null if there is none.</summary>
    public int? Number { get; init; }
}

/// <summary>
/// Opens, updates and reads pull requests for a run's branches through the <c>gh</c> program. Each branch has at most one open pull
/// request, which is found by its head branch.
/// </summary>
/// <param name="location">The repository.</param>
/// <param name="context">Provides the services of this machine.</param>
public sealed class PullRequestService(LocalRepositoryPaths location, UseCaseServiceBundle context)
{
    private readonly RunServiceBundle _services = context.Services;
    private const int MostNamed = 5;

    /// <summary>Pushes a branch, and opens a draft pull request for it or updates the existing one.</summary>
    /// <param name="run">Status of the run.</param>
    /// <param name="draft">The content of the pull request.</param>
    /// <param name="stop">Cancels the call. A repeated call completes the missing steps.</param>
    public async Task<PullRequestResult> DeliverAsync(RunStatus run, PullRequestTitleAndBody draft, CancellationToken stop)
    {
        var repository = await _services.Repositories.OpenAsync(location.Root);
        var branch = BranchOf(run, draft.Task);
        var tip = branch.Length == 0 ? null : await new RefStore(repository).ReadAsync($"refs/heads/{branch}", stop);
        if (tip is null)
        {
            return new PullRequestResult(
                GitHubCliCallOutcome.Refused,
                $"The branch '{branch}' does not exist, so there is nothing to push."
            );
        }
        var gitHub = new GitHubCliClient(repository, _services);
        var (known, failure) = await FindAsync(gitHub, branch, stop);
        if (failure is not null)
        {
            return Failed(failure, branch, "No branch was pushed.");
        }
        if (known is { State: not "OPEN" } past)
        {
            return new PullRequestResult(
                GitHubCliCallOutcome.Refused,
                $"The pull request of {branch} is {past.State.ToLowerInvariant()} ({past.Url}), so no new one is opened. Reopen it there "
                    + "(gh pr reopen), then run the command again."
            )
            {
                Url = past.Url,
                Number = past.Number,
            };
        }
        var (secrets, note) = await SecretsAsync(repository, run, tip, stop);
        if (secrets is not null)
        {
            return new PullRequestResult(GitHubCliCallOutcome.Refused, secrets);
        }
        var pushed = await PullRequest.PushAsync(new ProcessRunner(_services.Time), repository, tip, branch, stop);
        if (!pushed.Succeeded)
        {
            return new PullRequestResult(
                GitHubCliCallOutcome.Refused,
                $"{branch} could not be pushed ({PullRequest.FaultOf(pushed)}). If the remote branch has commits from others, "
                    + "they were not overwritten; fetch them first."
            );
        }
        var marker = $"\n\n<!-- orchestrate:{run.RunId}{(draft.Task is null ? "" : $"/{draft.Task}")} -->\n";
        var file = PullRequestBodyFileWriter.Write(new RunFolder(location.Root, run.RunId), draft.Task, draft.Body, marker);
        var result = known is null
            ? await OpenAsync(gitHub, run.Target, branch, draft, file, stop)
            : await UpdateAsync(gitHub, known, file, stop);
        return result with { Message = $"{result.Message}{note}" };
    }

    /// <summary>Reads the comments of reviewers and the failed checks on the open pull requests of a run's branches.</summary>
    /// <param name="run">Status of the run.</param>
    /// <param name="tasks">Ids of the tasks whose pull requests are read. The value null stands for the run's staging branch.</param>
    /// <param name="stop">Cancels the calls.</param>
    public async Task<(IReadOnlyList<ReviewRemark> Remarks, IReadOnlyList<PullRequestResult> Results)> ReadAsync(
        RunStatus run,
        IReadOnlyList<string?> tasks,
        CancellationToken stop
    )
    {
        var repository = await _services.Repositories.OpenAsync(location.Root);
        var gitHub = new GitHubCliClient(repository, _services);
        var (remarks, results) = (new List<ReviewRemark>(), new List<PullRequestResult>());
        foreach (var task in tasks)
        {
            var branch = BranchOf(run, task);
            var (known, failure) = await FindAsync(gitHub, branch, stop);
            if (failure is null && known is { State: "OPEN" })
            {
                (var found, failure) = await ReviewRemarks.ReadAsync(gitHub, known.Number, known.Head, branch, stop);
                remarks.AddRange(found);
            }
            results.Add(
                failure is not null ? Failed(failure, branch, "No comments were imported.")
                : known is null ? new PullRequestResult(GitHubCliCallOutcome.Refused, $"{branch} has no pull request.")
                : new PullRequestResult(GitHubCliCallOutcome.Done, $"{known.Url} is {known.State.ToLowerInvariant()}.")
                {
                    Url = known.Url,
                    Number = known.Number,
                }
            );
            if (failure is not null)
            {
                break;
            }
        }
        return (remarks, results);
    }

    private static string BranchOf(RunStatus run, string? task) => task is null ? run.Staging : run.BranchOf(task);

    /// <summary>
    /// Finds the pull request of a branch. An open pull request has precedence, and otherwise the newest one is returned. Returns the
    /// response of the <c>gh</c> program instead if the call failed.
    /// </summary>
    private static async Task<(KnownPullRequest? Known, GitHubCliResponse? Failure)> FindAsync(
        GitHubCliClient gitHub,
        string branch,
        CancellationToken stop
    )
    {
        var answer = await gitHub.CallAsync(
            mayRepeat: true,
            stop,
            "pr",
            "list",
            "--head",
            branch,
            "--state",
            "all",
            "--limit",
            "100",
            "--json",
            "number,url,state,headRefName,headRefOid,isCrossRepository"
        );
        if (answer.Outcome != GitHubCliCallOutcome.Done)
        {
            return (null, answer);
        }
        if (GitHubCliClient.Items(answer.Text, member: null) is not { } items)
        {
            return (null, answer with { Outcome = GitHubCliCallOutcome.Refused, Why = "its list of pull requests can't be read" });
        }
        var found = items
            .Where(item => GitHubCliClient.Text(item, "headRefName") == branch && !GitHubCliClient.IsTrue(item, "isCrossRepository"))
            .Select(item => new KnownPullRequest(
                int.TryParse(GitHubCliClient.Text(item, "number"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : 0,
                GitHubCliClient.Text(item, "url"),
                GitHubCliClient.Text(item, "state").ToUpperInvariant(),
                GitHubCliClient.Text(item, "headRefOid")
            ))
            .Where(known => known.Number > 0)
            .OrderByDescending(known => known.State == "OPEN")
            .ThenByDescending(known => known.Number)
            .FirstOrDefault();
        return (found, null);
    }

    private static async Task<PullRequestResult> OpenAsync(
        GitHubCliClient gitHub,
        string target,
        string branch,
        PullRequestTitleAndBody draft,
        string file,
        CancellationToken stop
    )
    {
        // This call is not retried, because the failed call may have opened the pull request.
        var opened = await gitHub.CallAsync(
            mayRepeat: false,
            stop,
            "pr",
            "create",
            "--draft",
            "--base",
            target,
            "--head",
            branch,
            "--title",
            PullRequestBodyFileWriter.Title(draft.Title),
            "--body-file",
            file
        );
        var (known, failure) = await FindAsync(gitHub, branch, stop);
        if (known is { State: "OPEN" })
        {
            return new PullRequestResult(GitHubCliCallOutcome.Done, $"Draft pull request: {known.Url}")
            {
                Url = known.Url,
                Number = known.Number,
            };
        }
        return opened.Outcome == GitHubCliCallOutcome.Done && failure is null
            ? new PullRequestResult(GitHubCliCallOutcome.Done, $"Draft pull request: {opened.Text.Trim()}") { Url = opened.Text.Trim() }
            : Failed(
                opened.Outcome == GitHubCliCallOutcome.Done ? failure! : opened,
                branch,
                $"{branch} is already pushed. Run the command again."
            );
    }

    private static async Task<PullRequestResult> UpdateAsync(
        GitHubCliClient gitHub,
        KnownPullRequest known,
        string file,
        CancellationToken stop
    )
    {
        var number = known.Number.ToString(CultureInfo.InvariantCulture);
        var edited = await gitHub.CallAsync(mayRepeat: true, stop, "pr", "edit", number, "--body-file", file);
        return edited.Outcome == GitHubCliCallOutcome.Done
            ? new PullRequestResult(GitHubCliCallOutcome.Done, $"Updated: {known.Url}") { Url = known.Url, Number = known.Number }
            : Failed(edited, known.Url, "The branch is pushed, but the text of the pull request was not updated. Run the command again.");
    }

    /// <summary>
    /// Returns the reason why the work must not be pushed, such as possible secrets. Returns null if the work may be pushed, with a note
    /// about files that could not be searched.
    /// </summary>
    private async Task<(string? Refusal, string Note)> SecretsAsync(
        GitRepository repository,
        RunStatus run,
        string tip,
        CancellationToken stop
    )
    {
        if (RunPlanCache.TryRead(location.Root, run) is { Settings.SecretScan: false })
        {
            return (null, "");
        }
        var from =
            await new GitCommitReaderAndWriter(repository).FindMergeBaseAsync($"refs/heads/{run.Target}", tip, stop) ?? run.BaseCommit;
        var (found, unread) = await new SecretSearch(repository).FindAsync(from, tip, stop);
        return found.Count == 0
            ? (null, unread.Count == 0 ? "" : $" (not searched for secrets: {FileNameEncoding.List(unread, MostNamed)})")
            : (
                "Nothing was pushed, because the work adds possible secrets: "
                    + $"{FileNameEncoding.List([.. found.Select(finding => finding.ToString())], MostNamed)}. Remove and revoke them, or "
                    + "mark a line that contains no secret with the comment 'orchestrate:allow-secret'.",
                ""
            );
    }

    private static PullRequestResult Failed(GitHubCliResponse answer, string what, string further) =>
        new(
            answer.Outcome,
            answer.Outcome switch
            {
                GitHubCliCallOutcome.NoProgram =>
                    $"A pull request needs the program gh (https://cli.github.com), which is not in PATH. {further}",
                GitHubCliCallOutcome.LoggedOut => $"gh is not logged in ({answer.Why}): gh auth login. {further}",
                GitHubCliCallOutcome.RateLimited => $"GitHub accepts no more requests for now ({answer.Why}). {further}",
                GitHubCliCallOutcome.Unavailable => $"GitHub does not answer after several attempts ({answer.Why}). {further}",
                _ => $"gh refused the request for {what} ({answer.Why}). {further}",
            }
        );

    private sealed record KnownPullRequest(int Number, string Url, string State, string Head);
}
