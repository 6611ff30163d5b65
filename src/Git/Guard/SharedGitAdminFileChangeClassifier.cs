namespace Orchestrator.Git.Guard;

/// <summary>Classifies changes to the files that determine git's behavior in all worktrees, such as configuration and hooks.</summary>
/// <param name="store">Store that contains the recorded contents of the files.</param>
internal sealed class SharedGitAdminFileChangeClassifier(GitRepository repository, SharedGitAdminFileContentStore store)
{
    private readonly BlockedGitHookOrSettingStore _quarantine = new(repository);

    /// <summary>
    /// Classifies the changes to a file. Changes that would make git run programs or would break orchestrate's worktrees are undone later.
    /// All other changes are only reported.
    /// </summary>
    public async Task<IReadOnlyList<SharedGitStateDifference>> ExplainAsync(
        string name,
        SharedGitAdminFileRecord? was,
        SharedGitAdminFileRecord? now,
        CancellationToken cancellationToken
    )
    {
        if (name == SharedGitAdminFileReader.Stash)
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
            name.StartsWith(SharedGitAdminFileReader.WorktreesFolder, StringComparison.Ordinal) ? SharedGitStateDifferenceKind.File
            : now is not null && RunsPrograms(name) && !_quarantine.IsAccepted(name, now.ToString()) ? SharedGitStateDifferenceKind.Program
            : SharedGitStateDifferenceKind.Left;
        return [new SharedGitStateDifference(kind, name, was?.ToString(), now?.ToString())];
    }

    private async Task<IReadOnlyList<SharedGitStateDifference>> ExplainSettingsAsync(
        string name,
        SharedGitAdminFileRecord? was,
        SharedGitAdminFileRecord? now,
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

    /// <summary>Returns the new object id from a reflog line, which consists of the old id, new id, author, time and message.</summary>
    internal static string EntryOf(string line) => line.Split(' ', 3) is [_, var id, ..] ? id : line;

    private static string NameOfEntry(string line) =>
        $"stash entry '{(line.Split('\t', 2) is [_, var message] ? message : EntryOf(line))}'";

    private string[] StashLines(SharedGitAdminFileRecord? file) => store.Text(file).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
