namespace Orchestrator.Git.Guard;

/// <summary>Classifies changes to files that control git in all worktrees.</summary>
/// <param name="store">Store that contains the recorded contents of the files.</param>
internal sealed class SharedGitFileChanges(GitRepository repository, GuardStore store)
{
    private readonly Quarantine _quarantine = new(repository);

    /// <summary>
    /// Classifies the changes to a file. Changes that run programs or break orchestrate's worktrees are undone later; all other changes are
    /// only reported.
    /// </summary>
    public async Task<IReadOnlyList<TamperedItem>> ExplainAsync(
        string name,
        GuardedFile? was,
        GuardedFile? now,
        CancellationToken cancellationToken
    )
    {
        if (name == SharedGitFiles.Stash)
        {
            var (before, after) = (StashLines(was), StashLines(now));
            return
            [
                .. before
                    .ExceptBy(after.Select(EntryOf), EntryOf)
                    .Select(line => new TamperedItem(TamperedKind.Stash, NameOfEntry(line), EntryOf(line), null)),
                .. after
                    .ExceptBy(before.Select(EntryOf), EntryOf)
                    .Select(line => new TamperedItem(TamperedKind.Stash, NameOfEntry(line), null, EntryOf(line))),
            ];
        }
        if (IsConfiguration(name))
        {
            return await ExplainSettingsAsync(name, was, now, cancellationToken);
        }
        if (now is null)
        {
            store.KeepRecorded(was!); // A missing file runs no program. A user who needs the file finds it in the store.
        }
        var kind =
            name.StartsWith(SharedGitFiles.WorktreesFolder, StringComparison.Ordinal) ? TamperedKind.File
            : now is not null && RunsPrograms(name) && !_quarantine.IsAccepted(name, now.ToString()) ? TamperedKind.Program
            : TamperedKind.Left;
        return [new TamperedItem(kind, name, was?.ToString(), now?.ToString())];
    }

    private async Task<IReadOnlyList<TamperedItem>> ExplainSettingsAsync(
        string name,
        GuardedFile? was,
        GuardedFile? now,
        CancellationToken cancellationToken
    )
    {
        if (was is not null && store.Read(was.Hash) is null)
        {
            // A power failure destroyed the record, so the change can't be classified and nothing is undone.
            return [new TamperedItem(TamperedKind.Left, name, was.ToString(), now?.ToString())];
        }
        var before = await ConfigSettings.ReadAsync(repository, store.Content(was), cancellationToken);
        var after = await ConfigSettings.ReadAsync(repository, store.Content(now), cancellationToken);
        return
        [
            .. ConfigSettings
                .Differing(before, after)
                // Ordinary git commands write branch settings (branch.NAME.*), so these changes are not suspicious.
                .Where(setting => !setting.StartsWith("branch.", StringComparison.Ordinal))
                .Select(setting =>
                    Explain($"{new GitSettingLocation(name, setting)}", setting, ValuesOf(before, setting), ValuesOf(after, setting))
                ),
        ];

        TamperedItem Explain(string place, string setting, string? old, string? @new) =>
            new(
                @new is not null && GitProgramSettings.Covers(setting, after.Of(setting)) && !_quarantine.IsAccepted(place, @new)
                    ? TamperedKind.Program
                    : TamperedKind.Left,
                place,
                old,
                @new
            );
    }

    private static string? ValuesOf(ConfigSettings settings, string name) =>
        settings.Of(name) is { Count: > 0 } values ? GitSettingValues.Write(values) : null;

    private static bool RunsPrograms(string name) =>
        name is "hooks" or "info" or "info/attributes" || name.StartsWith("hooks/", StringComparison.Ordinal);

    internal static bool IsConfiguration(string name) => name == "config" || name.EndsWith("config.worktree", StringComparison.Ordinal);

    /// <summary>Returns the new id in a reflog line, which contains old id, new id, author, time and message.</summary>
    internal static string EntryOf(string line) => line.Split(' ', 3) is [_, var id, ..] ? id : line;

    private static string NameOfEntry(string line) =>
        $"stash entry '{(line.Split('\t', 2) is [_, var message] ? message : EntryOf(line))}'";

    private string[] StashLines(GuardedFile? file) => store.Text(file).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
