namespace Orchestrator.Runs;

/// <summary>Opens the settings of a repository, with what a person has said about what its files ask for.</summary>
public static class SettingsOfRepository
{
    /// <summary>Opens them.</summary>
    /// <param name="repository">Root of the repository; null where there is none.</param>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="flags">What counts most: options of the command line, or a run's input.</param>
    /// <param name="trust">The person's trust decisions.</param>
    /// <param name="runId">The run that is meant, where there is one: what was trusted for it alone counts.</param>
    public static RepositorySettings Open(
        string? repository,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<SettingFlag> flags,
        TrustStore trust,
        string? runId
    ) => RepositorySettings.Load(repository, SettingsFiles.Read(repository, environment, flags), ProjectCommands.Find, trust, runId);
}
