using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs;

/// <summary>Opens a repository's settings with the user's trust decisions.</summary>
public static class RepositorySettingsLoader
{
    /// <summary>Loads the settings of a repository, and applies the user's trust decisions.</summary>
    /// <param name="repository">Absolute path of the repository's root, or null outside a repository.</param>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="flags">The settings of highest precedence, from command-line options or a run's input.</param>
    /// <param name="trust">The user's trust decisions.</param>
    /// <param name="runId">Id of the run, or null outside a run. Trust decisions that are limited to this run then apply too.</param>
    public static RepositorySettings Open(
        string? repository,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<SettingOverride> flags,
        RepositoryTrustStore trust,
        string? runId
    ) => RepositorySettings.Load(repository, SettingsFiles.Read(repository, environment, flags), Find, trust, runId);

    private static IReadOnlyList<DetectedCommand> Find(string repository) =>
        [
            .. ProjectDefinedCommandFinder.Find(repository),
            .. GitProgramSettings
                .FindAsync(repository)
                .GetAwaiter()
                .GetResult()
                .Select(setting => new DetectedCommand(DetectedCommandKind.GitSetting, setting.Name, ".git/config", setting.Value)),
        ];
}
