using Orchestrator.Machine.Repositories;

namespace Orchestrator.App.Queries;

/// <summary>The inbox as a document.</summary>
public static class InboxLines
{
    /// <summary>Makes the document.</summary>
    /// <param name="entries">All entries.</param>
    /// <param name="withSnoozed">Includes entries that were put off.</param>
    /// <param name="marks">The entries that were seen or put off.</param>
    public static InboxDocument Of(IReadOnlyList<InboxEntry> entries, bool withSnoozed, InboxMarks marks)
    {
        var snoozed = marks.Snoozed();
        var seen = marks.Read();
        return new InboxDocument([
            .. entries
                .Where(entry => withSnoozed || !snoozed.ContainsKey(entry.Id))
                .Select(entry => Of(entry, !seen.Contains(entry.Id), snoozed)),
        ]);
    }

    private static InboxLine Of(InboxEntry entry, bool isNew, IReadOnlyDictionary<string, DateTimeOffset> snoozed) =>
        new(
            entry.Id,
            entry.Kind switch
            {
                InboxKind.Question => "question",
                InboxKind.Interrupted => "interrupted",
                InboxKind.UnsentNotice => "unsentNotice",
                InboxKind.QuarantineEnded => "quarantineEnded",
                _ => "missedFire",
            },
            entry.Repository,
            entry.Run,
            entry.What,
            entry.Each,
            entry.Ways is [var recommended, ..] ? entry.From(recommended, here: null) : "",
            [.. entry.Ways.Skip(1).Select(way => entry.From(way, here: null))],
            entry.Since,
            isNew,
            snoozed.TryGetValue(entry.Id, out var until) ? until : null
        )
        {
            Ways = entry.Ways,
            Shown = entry.Shown,
            Answered = entry.Answered,
            Budget = entry.Budget,
        };
}
