namespace Orchestrator.App.Queries;

/// <summary>Converts inbox entries to a document.</summary>
public static class InboxDocumentFactory
{
    /// <summary>Creates the document from all inbox entries.</summary>
    /// <param name="entries">All entries.</param>
    /// <param name="withSnoozed">True to include snoozed entries.</param>
    /// <param name="marks">Marks of the entries that the user has seen or snoozed.</param>
    public static InboxDocument Of(IReadOnlyList<UserInboxEntry> entries, bool withSnoozed, InboxMarkStore marks)
    {
        var snoozed = marks.Snoozed();
        var seen = marks.Read();
        return new InboxDocument([
            .. entries
                .Where(entry => withSnoozed || !snoozed.ContainsKey(entry.Id))
                .Select(entry => Of(entry, !seen.Contains(entry.Id), snoozed)),
        ]);
    }

    private static InboxEntryDocument Of(UserInboxEntry entry, bool isNew, IReadOnlyDictionary<string, DateTimeOffset> snoozed) =>
        new(
            entry.Id,
            entry.Kind switch
            {
                UserInboxEntryKind.Question => "question",
                UserInboxEntryKind.Interrupted => "interrupted",
                UserInboxEntryKind.UnsentNotice => "unsentNotice",
                UserInboxEntryKind.QuarantineEnded => "quarantineEnded",
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
