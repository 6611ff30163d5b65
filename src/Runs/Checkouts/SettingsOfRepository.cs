using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs;

/// <summary>Opens the settings of a repository, with the person's trust decisions.</summary>
public static class SettingsOfRepository
{
    /// <summary>Opens them.</summary>
    /// <param name="repository">Root of the repository; null where there is none.</param>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="flags">The topmost layer: options of the command line, or a run's input.</param>
    /// <param name="trust">The person's trust decisions.</param>
    /// <param name="runId">The run, where there is one: trust for it alone counts, too.</param>
    public static RepositorySettings Open(
        string? repository,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<SettingFlag> flags,
        TrustStore trust,
        string? runId
    ) => RepositorySettings.Load(repository, SettingsFiles.Read(repository, environment, flags), Find, trust, runId);

    private static IReadOnlyList<FoundCommand> Find(string repository) =>
        [
            .. ProjectCommands.Find(repository),
            .. RunningSettings
                .FindAsync(repository)
                .GetAwaiter()
                .GetResult()
                .Select(setting => new FoundCommand(FoundCommandKind.GitSetting, setting.Name, ".git/config", setting.Value)),
        ];
}
