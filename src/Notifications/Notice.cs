namespace Orchestrator.Notifications;

/// <summary>
/// A message to users. The text is safe to display, because the code that creates a notice has removed secrets and made invisible
/// characters visible.
/// </summary>
public sealed record Notice
{
    /// <summary>
    /// Id of at most 64 letters, digits and dashes. Repeated deliveries have the same id, so that receivers can discard duplicates.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>One-line description of the event.</summary>
    public required string Title { get; init; }

    /// <summary>Items of the notice, of which there is at least one.</summary>
    public required IReadOnlyList<NoticeEventDescription> Items { get; init; }

    /// <summary>Id of the run; empty for a test message.</summary>
    public string Run
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Path of the run's repository; empty for a test message.</summary>
    public string Repository
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Address of a page that shows the notice and accepts answers, or null if unknown.</summary>
    public string? Link { get; init; }

    /// <summary>Time at which the notice was created.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>True to deliver the notice without sound, because it is sent during quiet hours.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>True if work is blocked until the user acts.</summary>
    [JsonIgnore]
    public bool IsUrgent => Items.Any(item => item.Commands.Count > 0);

    /// <summary>Commands of all items, without duplicates.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Commands => [.. Items.SelectMany(item => item.Commands).Distinct(StringComparer.Ordinal)];

    /// <summary>Formats the notice as plain text without its title. Each item is followed by the commands that answer it.</summary>
    /// <param name="most">Maximum number of characters. If items are omitted, the last line states how many.</param>
    public string ToText(int most)
    {
        var text = new StringBuilder();
        var shown = 0;
        foreach (var item in Items)
        {
            var next = string.Join('\n', [item.Text, .. item.Commands.Select(command => $"    {command}")]);
            var rest = LeftOut(Items.Count - shown);
            if (shown > 0 && text.Length + next.Length + rest.Length + 2 > most)
            {
                return text.Append('\n').Append(rest).ToString();
            }
            if (shown > 0)
            {
                text.Append('\n');
            }
            text.Append(next);
            shown++;
        }
        return text.Length <= most ? text.ToString() : $"{text.ToString(0, most - 1).TrimEnd()}…";
    }

    private static string LeftOut(int count) => $"and {count} more: see 'orchestrate status'";
}

/// <summary>An item of a notice, which describes one event.</summary>
/// <param name="Key">Identity of the item, so that users are notified about it only once.</param>
/// <param name="Kind">Kind of the item, for programs that process notices.</param>
/// <param name="Task">Id of the task, or null for the run as a whole.</param>
/// <param name="Text">Description of the event in one or two sentences.</param>
/// <param name="Commands">Commands with which the user can respond, the recommended one first. Empty if no response is needed.</param>
public sealed record NoticeEventDescription(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("task")] string? Task,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("commands")] IReadOnlyList<string> Commands
);
