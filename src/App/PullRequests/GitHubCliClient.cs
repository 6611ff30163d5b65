using System.Globalization;
using System.Text.Json;
using Orchestrator.Git.Program;
using Orchestrator.Runs.Merging.Landing;

namespace Orchestrator.App.PullRequests;

/// <summary>
/// Runs the <c>gh</c> program in a repository, without a shell or a terminal. Calls that may be repeated are retried if the server fails.
/// The output is untrusted.
/// </summary>
internal sealed class GitHubCliClient(GitRepository repository, RunServiceBundle services)
{
    private const int MostTries = 4;
    private const int PageSize = 100;
    private const int MostPages = 50;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private readonly ProcessRunner _runner = new(services.Time);

    /// <summary>Runs the program, and retries the call after server failures if <paramref name="mayRepeat"/> is true.</summary>
    /// <param name="mayRepeat">True if the call may be repeated even though a failed call may have taken effect.</param>
    /// <param name="stop">Cancels the call.</param>
    /// <param name="arguments">Arguments of the program.</param>
    public async Task<GitHubCliResponse> CallAsync(bool mayRepeat, CancellationToken stop, params string[] arguments)
    {
        if (ProgramLocator.Find("gh", services.Environment.GetValueOrDefault("PATH"), repository.MainCheckout!) is not { } program)
        {
            return new GitHubCliResponse(GitHubCliCallOutcome.NoProgram, "", "gh is not in PATH");
        }
        for (var (tried, pause) = (1, FirstPause); ; tried++, pause *= 2)
        {
            var result = await _runner.RunAsync(await PullRequest.CommandAsync(program, repository, arguments), stop);
            var answer = GitHubCliResponse.Of(result, PullRequest.FaultOf(result));
            if (answer.Outcome != GitHubCliCallOutcome.Unavailable || !mayRepeat || tried == MostTries)
            {
                return answer;
            }
            await Task.Delay(pause, services.Time, stop);
        }
    }

    /// <summary>Reads all items of a paginated API list.</summary>
    /// <param name="path">API path. <c>{owner}</c> and <c>{repo}</c> in it are replaced by those of this repository.</param>
    /// <param name="member">Name of the JSON member that contains the list, or null if the response itself is the list.</param>
    /// <returns>All items, or the response of the call that failed.</returns>
    public async Task<(IReadOnlyList<JsonElement> Items, GitHubCliResponse? Failure)> ListAsync(
        string path,
        string? member,
        CancellationToken stop
    )
    {
        var items = new List<JsonElement>();
        for (var page = 1; page <= MostPages; page++)
        {
            var answer = await CallAsync(
                mayRepeat: true,
                stop,
                "api",
                string.Create(CultureInfo.InvariantCulture, $"{path}?per_page={PageSize}&page={page}")
            );
            if (answer.Outcome != GitHubCliCallOutcome.Done)
            {
                return ([], answer);
            }
            if (Items(answer.Text, member) is not { } found)
            {
                return ([], answer with { Outcome = GitHubCliCallOutcome.Refused, Why = "its answer is not a list" });
            }
            items.AddRange(found);
            if (found.Count < PageSize)
            {
                break;
            }
        }
        return (items, null);
    }

    /// <summary>Parses the items of a JSON list. Returns null if the text is not a JSON list.</summary>
    public static IReadOnlyList<JsonElement>? Items(string text, string? member)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var list = document.RootElement;
            if (member is not null && (list.ValueKind != JsonValueKind.Object || !list.TryGetProperty(member, out list)))
            {
                return null;
            }
            return list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(item => item.Clone())] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Returns the text of an item's member. Empty if the item has no such member.</summary>
    public static string Text(JsonElement item, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out item))
            {
                return "";
            }
        }
        return item.ValueKind switch
        {
            JsonValueKind.String => item.GetString()!,
            JsonValueKind.Number => item.GetRawText(),
            _ => "",
        };
    }

    /// <summary>True if the value of an item's member is <c>true</c>.</summary>
    public static bool IsTrue(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
