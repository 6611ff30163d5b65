namespace Orchestrator.Git.Guard;

/// <summary>Classifies changes to files that control git in all worktrees.</summary>
/// <param name="store">Store that contains the recorded contents of the files.</param>
internal sealed class SharedGitFileChangeClassifier(GitRepository repository, SharedGitFileContentStore store)
{
    private readonly BlockedGitHookOrSettingStore _quarantine = new(repository);

    /// <summary>
    /// Classifies the changes to a file. Changes that run programs or break orchestrate's worktrees are undone later; all other changes are
    /// only reported.
    /// </summary>
    public async Task<IReadOnlyList<SharedGitStateDifference>> ExplainAsync(
        string name,
        SharedGitFileRecord? was,
        SharedGitFileRecord? now,
        CancellationToken cancellationToken
    )
    {
        if (name == SharedGitFileReader.Stash)
        {
            var (before, after) = (StashLines(was), StashLines(now));
            return
            [
                .. before
                    .ExceptBy(after.Select(EntryOf), EntryOf)
                    .Select(line => new SharedGitStateDifference(
                        SharedGitStateDifferenceKind.Stash,
                        NameOfEntry(line),
                        EntryOf(line),
                        null
                    )),
                .. after
                    .ExceptBy(before.Select(EntryOf), EntryOf)
                    .Select(line => new SharedGitStateDifference(
                        SharedGitStateDifferenceKind.Stash,
                        NameOfEntry(line),
                        null,
                        EntryOf(line)
                    )),
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
            name.StartsWith(SharedGitFileReader.WorktreesFolder, StringComparison.Ordinal) ? SharedGitStateDifferenceKind.File
            : now is not null && RunsPrograms(name) && !_quarantine.IsAccepted(name, now.ToString()) ? SharedGitStateDifferenceKind.Program
            : SharedGitStateDifferenceKind.Left;
        return [new SharedGitStateDifference(kind, name, was?.ToString(), now?.ToString())];
    }

    private async Task<IReadOnlyList<SharedGitStateDifference>> ExplainSettingsAsync(
        string name,
        SharedGitFileRecord? was,
        SharedGitFileRecord? now,
        CancellationToken cancellationToken
    )
    {
        if (was is not null && store.Read(was.Hash) is null)
        {
            // A power failure destroyed the record, so the change can't be classified and nothing is undone.
            return [new SharedGitStateDifference(SharedGitStateDifferenceKind.Left, name, was.ToString(), now?.ToString())];
        }
        var before = await GitConfigFileSettings.ReadAsync(repository, store.Content(was), cancellationToken);
        var after = await GitConfigFileSettings.ReadAsync(repository, store.Content(now), cancellationToken);
        return
        [
            .. GitConfigFileSettings
                .Differing(before, after)
                // Ordinary git commands write branch settings (branch.NAME.*), so these changes are not suspicious.
                .Where(setting => !setting.StartsWith("branch.", StringComparison.Ordinal))
                .Select(setting =>
                    Explain($"{new GitSettingLocation(name, setting)}", setting, ValuesOf(before, setting), ValuesOf(after, setting))
                ),
        ];

        SharedGitStateDifference Explain(string place, string setting, string? old, string? @new) =>
            new(
                @new is not null && GitProgramSettings.Covers(setting, after.Of(setting)) && !_quarantine.IsAccepted(place, @new)
                    ? SharedGitStateDifferenceKind.Program
                    : SharedGitStateDifferenceKind.Left,
                place,
                old,
                @new
            );
    }

    private static string? ValuesOf(GitConfigFileSettings settings, string name) =>
        settings.Of(name) is { Count: > 0 } values ? GitSettingValues.Write(values) : null;

    private static bool RunsPrograms(string name) =>
        name is "hooks" or "info" or "info/attributes" || name.StartsWith("hooks/", StringComparison.Ordinal);

    internal static bool IsConfiguration(string name) => name == "config" || name.EndsWith("config.worktree", StringComparison.Ordinal);

    /// <summary>Returns the new id in a reflog line, which contains old id, new id, author, time and message.</summary>
    internal static string EntryOf(string line) => line.Split(' ', 3) is [_, var id, ..] ? id : line;

    private static string NameOfEntry(string line) =>
        $"stash entry '{(line.Split('\t', 2) is [_, var message] ? message : EntryOf(line))}'";

    private string[] StashLines(SharedGitFileRecord? file) => store.Text(file).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
