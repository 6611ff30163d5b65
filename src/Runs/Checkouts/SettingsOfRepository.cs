using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs;

/// <summary>Opens a repository's settings with the user's trust decisions.</summary>
public static class SettingsOfRepository
{
    /// <summary>Opens the settings.</summary>
    /// <param name="repository">Root of the repository, or null if there is none.</param>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="flags">The topmost layer, from command-line options or a run's input.</param>
    /// <param name="trust">The user's trust decisions.</param>
    /// <param name="runId">Id of the run, if any; trust that is limited to this run then counts too.</param>
    public static RepositorySettings Open(
        string? repository,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<SettingFlag> flags,
        TrustStore trust,
        string? runId
    ) => RepositorySettings.Load(repository, SettingsFiles.Read(repository, environment, flags), Find, trust, runId);

    private static IReadOnlyList<DetectedCommand> Find(string repository) =>
        [
            .. ProjectCommands.Find(repository),
            .. ProgramSettings
                .FindAsync(repository)
                .GetAwaiter()
                .GetResult()
                .Select(setting => new DetectedCommand(DetectedCommandKind.GitSetting, setting.Name, ".git/config", setting.Value)),
        ];
}
