using System.Text;

namespace Orchestrator.App.Setup;

/// <summary>Result of <c>orchestrate init</c>.</summary>
/// <param name="Written">Created files, relative to the repository.</param>
/// <param name="Kept">Existing files, left unchanged.</param>
/// <param name="Taken">Settings imported from older tools' files.</param>
/// <param name="InPlace">Settings of those files that take effect because the existing configuration does not define them.</param>
/// <param name="Left">Settings derived from those files that take no effect because the existing configuration defines them.</param>
/// <param name="Ignored">Files and folders of older tools that are not used.</param>
/// <param name="DotEnvIsIgnored">False if there is a <c>.env</c> that git would commit.</param>
public sealed record RepositoryInitializationResult(
    IReadOnlyList<string> Written,
    IReadOnlyList<string> Kept,
    LegacySettingsImportResult Taken,
    IReadOnlyList<ImportedSetting> InPlace,
    IReadOnlyList<ImportedSetting> Left,
    IReadOnlyList<string> Ignored,
    bool DotEnvIsIgnored
);

/// <summary>Creates the files that a repository needs. Existing files are not changed.</summary>
public static class RepositoryInitializer
{
    private static readonly string[] OldState = [".orchestrator/state.db", ".orchestration-state.json"];

    /// <summary>Creates the configuration file, the <c>.gitignore</c> file and an example <c>.env</c> file.</summary>
    /// <param name="environment">Environment of the process. It determines the user's home directory, in which one older tool stored its
    /// settings.</param>
    public static RepositoryInitializationResult Initialize(
        LocalRepositoryPaths repository,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var found = SettingsFiles.Read(repository.WorkTree, environment, []);
        ConfigurationFileText?[] files = [.. found.OldRepositoryFiles, found.DotEnv, found.OldUserFile];
        var taken = LegacyConfiguration.Read([.. files.OfType<ConfigurationFileText>()]);

        var written = new List<string>();
        var kept = new List<string>();
        (IgnoreFile.Ensure(repository.ProjectFolder) ? written : kept).Add(".orchestrator/.gitignore");
        Write(repository, SettingsFiles.RepositoryFileName, Configuration(taken), written, kept);
        Write(repository, OrchestratorFilePaths.ExampleFile, ExampleVariables, written, kept);
        if (taken.Secrets.Count > 0)
        {
            Write(
                repository,
                SettingsFiles.SecretsFileName,
                string.Concat(taken.Secrets.Select(secret => $"{secret.Key}={secret.Value}\n")),
                written,
                kept,
                UnixFileMode.UserRead | UnixFileMode.UserWrite
            );
        }
        var others = kept.Contains(SettingsFiles.RepositoryFileName) ? WithoutOwn(found, taken) : [];
        var inForce = SettingsLoader.Load(found).Values.ToDictionary(value => value.Name, value => value.Source.ToString());
        var inPlace = others.Where(setting => inForce.GetValueOrDefault(setting.Name) == setting.From).ToList();
        var ignored = OldState.Where(name => File.Exists(Path.Combine(repository.WorkTree, name))).ToList();
        return new RepositoryInitializationResult(
            written,
            kept,
            taken,
            inPlace,
            [.. others.Except(inPlace)],
            ignored,
            IsDotEnvIgnored(repository.WorkTree)
        );
    }

    private const string ExampleVariables = """
        # Copy to .env (never commit it). Each line is optional.
        # ANTHROPIC_API_KEY=
        # AWS_PROFILE=
        # AWS_REGION=
        # BEDROCK_MODEL_ID=
        # ORCHESTRATOR_WORKERS=3

        """;

    private static string Configuration(LegacySettingsImportResult taken)
    {
        var text = new StringBuilder(
            "# Settings of orchestrate for this repository. 'orchestrate config list' shows all settings with their defaults.\n"
        );
        foreach (var setting in taken.Settings)
        {
            text.Append(setting.Name).Append(": ").Append(setting.Value).Append("  # from ").Append(setting.From).Append('\n');
        }
        if (taken.Settings.Count == 0)
        {
            text.Append("# workers: 3\n# agent: claude\n# model: sonnet\n# gates:\n#   task: [make test]\n")
                .Append("# agents:\n#   my-agent: {command: [tools/my-agent.sh]}\n");
        }
        return text.ToString();
    }

    // Settings defined in the configuration are not taken from older files.
    private static IReadOnlyList<ImportedSetting> WithoutOwn(RawSettingSourceContent found, LegacySettingsImportResult taken)
    {
        var own = SettingsLoader
            .Load(new RawSettingSourceContent { RepositoryFile = found.RepositoryFile })
            .Values.Where(value => value.Source.Kind == SettingSourceKind.RepositoryFile)
            .Select(value => value.Name)
            .ToHashSet();
        return [.. taken.Settings.Where(setting => !own.Contains(setting.Name))];
    }

    private static void Write(
        LocalRepositoryPaths repository,
        string name,
        string text,
        List<string> written,
        List<string> kept,
        UnixFileMode? mode = null
    )
    {
        var path = Path.Combine(repository.WorkTree, name);
        if (File.Exists(path))
        {
            kept.Add(name);
            return;
        }
        OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (mode is { } only && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = only;
        }
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
        written.Add(name);
    }

    // Recognizes only simple patterns. A false warning is harmless, whereas a committed secret is not.
    private static bool IsDotEnvIgnored(string root)
    {
        if (!File.Exists(Path.Combine(root, ".env")))
        {
            return true;
        }
        string[] places = [Path.Combine(root, ".gitignore"), Path.Combine(root, ".git", "info", "exclude")];
        return places
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Any(line => line.Trim() is ".env" or "/.env" or ".env*" or "*.env" or ".env.*");
    }
}
