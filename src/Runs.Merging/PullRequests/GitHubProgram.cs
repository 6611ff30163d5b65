using Orchestrator.Runs.Merging.Landing;

namespace Orchestrator.Runs.Merging.PullRequests;

/// <summary>Calls <c>gh</c> in a repository: by lists of arguments, without a terminal, and again where the server fails. What it answers
/// is of others.</summary>
internal sealed class GitHubProgram(GitRepository repository, RunServices services)
{
    private const int MostTries = 4;
    private const int PageSize = 100;
    private const int MostPages = 50;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private readonly ProcessRunner _runner = new(services.Time);

    /// <summary>Calls it.</summary>
    /// <param name="mayRepeat">A call that was carried out although it failed does no harm the second time.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="arguments">The arguments.</param>
    public async Task<GitHubAnswer> CallAsync(bool mayRepeat, CancellationToken stop, params string[] arguments)
    {
        if (ProgramLocator.Find("gh", services.Environment.GetValueOrDefault("PATH"), repository.MainCheckout!) is not { } program)
        {
            return new GitHubAnswer(GitHubOutcome.NoProgram, "", "gh is not in PATH");
        }
        for (var (tried, pause) = (1, FirstPause); ; tried++, pause *= 2)
        {
            var result = await _runner.RunAsync(await PullRequest.CommandAsync(program, repository, arguments), stop);
            var answer = GitHubAnswer.Of(result, PullRequest.Why(result));
            if (answer.Outcome != GitHubOutcome.Unavailable || !mayRepeat || tried == MostTries)
            {
                return answer;
            }
            await Task.Delay(pause, services.Time, stop);
        }
    }

    /// <summary>All items of a list of the API, page by page.</summary>
    /// <param name="path">Its address; <c>{owner}</c> and <c>{repo}</c> are of the repository here.</param>
    /// <param name="member">The member with the list; null: the answer is the list.</param>
    /// <returns>The items, or the answer that prevented that.</returns>
    public async Task<(IReadOnlyList<JsonElement> Items, GitHubAnswer? Failure)> ListAsync(
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
            if (answer.Outcome != GitHubOutcome.Done)
            {
                return ([], answer);
            }
            if (Items(answer.Text, member) is not { } found)
            {
                return ([], answer with { Outcome = GitHubOutcome.Refused, Why = "its answer is no list" });
            }
            items.AddRange(found);
            if (found.Count < PageSize)
            {
                break;
            }
        }
        return (items, null);
    }

    /// <summary>The items of a JSON list; null: it is none.</summary>
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

    /// <summary>A text member of an item; empty where it has none.</summary>
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

    /// <summary>True if a member of an item is true.</summary>
    public static bool IsTrue(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
