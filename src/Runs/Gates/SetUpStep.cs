using Orchestrator.Gates.Packages;

namespace Orchestrator.Runs.Gates;

/// <summary>Commands of a worktree's set-up that form one unit.</summary>
/// <param name="Commands">Commands, run in order.</param>
/// <param name="Reads">Paths of files that determine the result, relative to the root.</param>
/// <param name="Makes">Paths of resulting folders that may be copied instead. If empty, the commands run in each worktree.</param>
public sealed record SetUpStep(IReadOnlyList<string> Commands, IReadOnlyList<string> Reads, IReadOnlyList<string> Makes)
{
    /// <summary>Determines the set-up of a worktree. Configured commands form one step; each lock file forms its own.</summary>
    /// <param name="settings">The worktree settings.</param>
    /// <param name="found">Commands for the lock files.</param>
    /// <param name="files">Files of the worktree.</param>
    public static IReadOnlyList<SetUpStep> Of(WorktreeSettings settings, IReadOnlyList<SetUpCommand> found, WorktreeFiles files)
    {
        var commands = settings.Setup ?? [.. found.Select(known => known.Command)];
        if (commands.Count == 0)
        {
            return [];
        }
        if (UsesOwnValues(commands, settings.Environment))
        {
            return [new SetUpStep(commands, [], [])];
        }
        return settings.Setup is not null || settings.Reuse is not null
            ? [new SetUpStep(commands, [.. SetUpDetection.Known.SelectMany(ReadBy)], settings.Reuse ?? [])]
            :
            [
                .. found.Select(known => new SetUpStep(
                    [known.Command],
                    ReadBy(known),
                    known.Makes is { } made && IsOfPackagesAlone(known, files) ? [made] : []
                )),
            ];
    }

    /// <summary>Returns build output folders that other worktrees may start with, as steps without commands.</summary>
    /// <param name="files">The worktree's files.</param>
    /// <param name="gates">Limits the result to programs that these gates call, or null for all.</param>
    public static IReadOnlyList<SetUpStep> BuildsOf(WorktreeFiles files, IReadOnlyList<Gate>? gates = null) =>
        [
            .. Ecosystems
                .Managers.Where(manager =>
                    manager.Builds is not null
                    && gates?.Any(gate =>
                        gate.Type is GateType.Build or GateType.Test && gate.Command.Split(' ').Intersect(manager.Programs).Any()
                    ) != false
                )
                .SelectMany(manager =>
                    manager.LockFiles.Where(files.HasFile).Select(file => new SetUpStep([], [file, .. manager.Reads], [manager.Builds!]))
                ),
        ];

    /// <summary>True if set-up may store the worktree's port or name, for example in a database or settings file. Its result is then
    /// useless elsewhere.</summary>
    /// <param name="commands">The set-up commands.</param>
    /// <param name="variables">Variables in <c>worktrees.env</c>.</param>
    public static bool UsesOwnValues(IReadOnlyList<string> commands, IReadOnlyDictionary<string, string> variables) =>
        variables.Count > 0
        || commands.Any(command =>
            command.Contains("ORCHESTRATOR_", StringComparison.Ordinal) || command.Contains("TMPDIR", StringComparison.Ordinal)
        );

    private static IReadOnlyList<string> ReadBy(SetUpCommand known) => [known.LockFile, .. known.Reads];

    // npm is the only manager whose result can be copied. It builds a binding.gyp even if no script mentions it.
    private static bool IsOfPackagesAlone(SetUpCommand known, WorktreeFiles files) =>
        !files.HasFileOrLink("binding.gyp")
        && NpmProject.InstallsPackagesAlone(files.TryReadText("package.json") ?? "", files.TryReadText(known.LockFile) ?? "");
}
