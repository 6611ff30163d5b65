namespace Orchestrator.Notifications;

/// <summary>A message to people. Its texts are safe to show: whoever makes it has left out secrets and made hidden characters
/// visible.</summary>
public sealed record Notice
{
    /// <summary>Identifies it over repetitions: letters, digits and dashes, at most 64. A repeated delivery has the same, so that the other
    /// end can drop it.</summary>
    public required string Id { get; init; }

    /// <summary>The event, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>The facts of the message; at least one.</summary>
    public required IReadOnlyList<NoticeItem> Items { get; init; }

    /// <summary>The run; empty for a test.</summary>
    public string Run
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Path of the run's repository; empty for a test.</summary>
    public string Repository
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Address of a page that shows it and takes answers; null: none is known.</summary>
    public string? Link { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>True if the message must make no sound: it is sent in quiet hours.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Something stands still until a person acts.</summary>
    [JsonIgnore]
    public bool IsUrgent => Items.Any(item => item.Commands.Count > 0);

    /// <summary>The commands of all items, each once.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Commands => [.. Items.SelectMany(item => item.Commands).Distinct(StringComparer.Ordinal)];

    /// <summary>The message as plain text without the title: each fact, and below it the commands that answer it.</summary>
    /// <param name="most">Characters; what is beyond is left out, with a line that says so.</param>
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

/// <summary>One fact of a notice.</summary>
/// <param name="Key">Identifies the fact: it is told once.</param>
/// <param name="Kind">What kind of fact, for programs that read it.</param>
/// <param name="Task">The task; null for one of the run as a whole.</param>
/// <param name="Text">What happened, in a sentence or two.</param>
/// <param name="Commands">What a person can do about it, what is recommended first; empty where nothing waits for them.</param>
public sealed record NoticeItem(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("task")] string? Task,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("commands")] IReadOnlyList<string> Commands
);
