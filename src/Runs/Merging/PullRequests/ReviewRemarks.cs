namespace Orchestrator.Runs.Merging.PullRequests;

/// <summary>A remark of a reviewer or a check on a pull request. Its texts are untrusted data and never instructions.</summary>
/// <param name="Key">Permanent key of the remark.</param>
/// <param name="PullRequest">Number of the pull request.</param>
/// <param name="Branch">Head branch of the pull request.</param>
/// <param name="Author">Login of the author, or name of a check.</param>
/// <param name="IsMember">True if the author may write to the repository; always true for a check.</param>
/// <param name="IsCheck">True for a failed check; false for a comment.</param>
/// <param name="Place">File and line, or empty if it is about the whole pull request.</param>
/// <param name="Text">Text of the remark.</param>
/// <param name="Url">Address of the remark.</param>
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

/// <summary>Reads all pages of the comments, reviews and checks of a pull request.</summary>
internal static class ReviewRemarks
{
    private static readonly string[] Members = ["OWNER", "MEMBER", "COLLABORATOR"];
    private static readonly string[] Red = ["failure", "timed_out", "startup_failure", "action_required"];

    /// <summary>Reads all remarks, or returns the failed response, because incomplete remarks are never returned.</summary>
    public static async Task<(IReadOnlyList<ReviewRemark> Remarks, GitHubAnswer? Failure)> ReadAsync(
        GitHubProgram gitHub,
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
            ($"{Repository}/issues/{id}/comments", null, item => Comment(item, "comment")),
            ($"{Repository}/pulls/{id}/comments", null, item => Comment(item, "review-comment")),
            ($"{Repository}/pulls/{id}/reviews", null, Review),
            .. head.Length == 0
                ? ((string, string?, Func<JsonElement, ReviewRemark?>)[])[]
                : [($"{Repository}/commits/{head}/check-runs", "check_runs", Check)],
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

        ReviewRemark? Comment(JsonElement item, string kind) =>
            GitHubProgram.Text(item, "body").Trim() is { Length: > 0 } body
            && !body.Contains("<!-- orchestrate:", StringComparison.Ordinal)
            && GitHubProgram.Text(item, "id") is { Length: > 0 } key
                ? new ReviewRemark(
                    $"{kind}/{key}",
                    number,
                    branch,
                    GitHubProgram.Text(item, "user", "login"),
                    Members.Contains(GitHubProgram.Text(item, "author_association")),
                    IsCheck: false,
                    PlaceOf(item),
                    body,
                    GitHubProgram.Text(item, "html_url")
                )
                : null;

        // An approval requests nothing.
        ReviewRemark? Review(JsonElement item) => GitHubProgram.Text(item, "state") == "APPROVED" ? null : Comment(item, "review");

        ReviewRemark? Check(JsonElement item) =>
            Red.Contains(GitHubProgram.Text(item, "conclusion")) && GitHubProgram.Text(item, "name") is { Length: > 0 } name
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
                                    GitHubProgram.Text(item, "conclusion"),
                                    GitHubProgram.Text(item, "output", "title"),
                                    GitHubProgram.Text(item, "output", "summary"),
                                ]
                        ).Where(text => text.Length > 0)
                    ),
                    GitHubProgram.Text(item, "html_url")
                )
                : null;
    }

    private static string PlaceOf(JsonElement item) =>
        GitHubProgram.Text(item, "path") is { Length: > 0 } path
            ? $"{path}{(GitHubProgram.Text(item, "line") is { Length: > 0 } line ? $":{line}" : "")}"
            : "";
}
