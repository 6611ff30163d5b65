using System.Globalization;
using System.Text.Json;

namespace Orchestrator.App.PullRequests;

/// <summary>A reviewer's comment on a pull request, or a failed check. Its text is untrusted data and never an instruction.</summary>
/// <param name="Key">Key of the remark, which never changes.</param>
/// <param name="PullRequest">Number of the pull request.</param>
/// <param name="Branch">Head branch of the pull request.</param>
/// <param name="Author">Login of the author, or name of the check.</param>
/// <param name="IsMember">True if the author may write to the repository. Always true for a check.</param>
/// <param name="IsCheck">True for a failed check. False for a comment.</param>
/// <param name="Place">File and line, or empty if the remark concerns the whole pull request.</param>
/// <param name="Text">Text of the remark.</param>
/// <param name="Url">URL of the remark.</param>
public sealed record ReviewRemark(
    string Key,
    int PullRequest,
    string Branch,
    string Author,
    bool IsMember,
    bool IsCheck,
    string Place,
    string Text,
    string Url
);

/// <summary>Reads the comments, reviews and checks of a pull request completely, page by page.</summary>
internal static class ReviewRemarks
{
    private static readonly string[] Members = ["OWNER", "MEMBER", "COLLABORATOR"];
    private static readonly string[] Red = ["failure", "timed_out", "startup_failure", "action_required"];

    /// <summary>
    /// Reads all remarks on a pull request. If one call fails, returns only the response to that call, because an incomplete list must not
    /// be used.
    /// </summary>
    public static async Task<(IReadOnlyList<ReviewRemark> Remarks, GitHubCliResponse? Failure)> ReadAsync(
        GitHubCliClient gitHub,
        int number,
        string head,
        string branch,
        CancellationToken stop
    )
    {
        const string Repository = "repos/{owner}/{repo}";
        var id = number.ToString(CultureInfo.InvariantCulture);
        (string Path, string? Member, Func<JsonElement, ReviewRemark?> Read)[] sources =
        [
            ($"{Repository}/issues/{id}/comments", null, item => Comment(item, "comment", number, branch)),
            ($"{Repository}/pulls/{id}/comments", null, item => Comment(item, "review-comment", number, branch)),
            (
                $"{Repository}/pulls/{id}/reviews",
                null,
                // An approval requests no change.
                item => GitHubCliClient.Text(item, "state") == "APPROVED" ? null : Comment(item, "review", number, branch)
            ),
            .. head.Length == 0
                ? ((string, string?, Func<JsonElement, ReviewRemark?>)[])[]
                : [($"{Repository}/commits/{head}/check-runs", "check_runs", item => Check(item, number, head, branch))],
        ];
        var remarks = new List<ReviewRemark>();
        foreach (var (path, member, read) in sources)
        {
            var (items, failure) = await gitHub.ListAsync(path, member, stop);
            if (failure is not null)
            {
                return ([], failure);
            }
            remarks.AddRange(items.Select(read).OfType<ReviewRemark>());
        }
        return (remarks, null);
    }

    private static ReviewRemark? Comment(JsonElement item, string kind, int number, string branch) =>
        GitHubCliClient.Text(item, "body").Trim() is { Length: > 0 } body
        && !body.Contains("<!-- orchestrate:", StringComparison.Ordinal)
        && GitHubCliClient.Text(item, "id") is { Length: > 0 } key
            ? new ReviewRemark(
                $"{kind}/{key}",
                number,
                branch,
                GitHubCliClient.Text(item, "user", "login"),
                Members.Contains(GitHubCliClient.Text(item, "author_association")),
                IsCheck: false,
                PlaceOf(item),
                body,
                GitHubCliClient.Text(item, "html_url")
            )
            : null;

    private static ReviewRemark? Check(JsonElement item, int number, string head, string branch) =>
        Red.Contains(GitHubCliClient.Text(item, "conclusion")) && GitHubCliClient.Text(item, "name") is { Length: > 0 } name
            ? new ReviewRemark(
                $"check/{head}/{name}",
                number,
                branch,
                name,
                IsMember: true,
                IsCheck: true,
                "",
                string.Join(
                    '\n',
                    (
                        (string[])
                            [
                                GitHubCliClient.Text(item, "conclusion"),
                                GitHubCliClient.Text(item, "output", "title"),
                                GitHubCliClient.Text(item, "output", "summary"),
                            ]
                    ).Where(text => text.Length > 0)
                ),
                GitHubCliClient.Text(item, "html_url")
            )
            : null;

    private static string PlaceOf(JsonElement item) =>
        GitHubCliClient.Text(item, "path") is { Length: > 0 } path
            ? $"{path}{(GitHubCliClient.Text(item, "line") is { Length: > 0 } line ? $":{line}" : "")}"
            : "";
}
