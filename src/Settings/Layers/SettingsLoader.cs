namespace Orchestrator.Settings;

/// <summary>
/// Merges all layers into validated settings. Order of precedence: flags, environment, <c>.env</c>, repository file, user file, defaults.
/// Code that acts on settings must use <see cref="RepositorySettings"/> instead.
/// </summary>
public static class SettingsLoader
{
    /// <summary>Loads the settings, and reports the errors of all layers together.</summary>
    public static SettingsLoadResult Load(RawSettingSourceContent input)
    {
        // Faults are also reported in an untrusted file, although its values do not apply.
        var full = Layers(input with { IsTrusted = true });
        var inFull = OrchestratorSettings.Read(new SettingsBinder(full));
        if (input.IsTrusted)
        {
            full.Errors.AddRange(SecretDestinationCheck.Faults(full.Settings, inFull));
        }
        var layers = input.IsTrusted || !full.HasAsked ? full : Layers(input);
        var settings = layers == full ? inFull : OrchestratorSettings.Read(new SettingsBinder(layers));
        var values = Describe(full.Settings).Select(value => value with { IsWithheld = layers.Withheld.Contains(value.Name) }).ToList();
        return new SettingsLoadResult
        {
            Settings = full.Errors.Count == 0 ? settings : null,
            Errors = full.Errors,
            Warnings = full.Warnings,
            Values = values,
            AgentEnvironment = Over(
                layers.AgentVariables.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)),
                input.Environment
            ),
            AgentVariables = [.. layers.AgentVariables.Select(variable => variable.Name)],
            WithheldVariables = full
                .AgentVariables.ExceptBy(layers.AgentVariables.Select(variable => variable.Name), variable => variable.Name)
                .ToDictionary(variable => variable.Name, variable => variable.Source.Place, StringComparer.Ordinal),
            Variables = Over(layers.FileVariables, input.Environment),
        };
    }

    /// <summary>Returns the layers, merged so that each overrides the previous one.</summary>
    internal static SettingsLayers Layers(RawSettingSourceContent input)
    {
        var layers = new SettingsLayers(input.IsTrusted);
        layers.AddFile(SettingSourceKind.UserFile, input.UserFile);
        foreach (var file in input.OldRepositoryFiles.Where(file => file.Path == SettingsFiles.OldRiskFileName))
        {
            layers.AddRiskRules(file);
        }
        if (input.RepositoryFile is null)
        {
            layers.WarnOfOlder(input.OldRepositoryFiles, SettingSourceKind.RepositoryFile);
        }
        layers.AddFile(SettingSourceKind.RepositoryFile, input.RepositoryFile);
        layers.AddDotEnv(input.DotEnv);
        layers.AddDotEnv(input.Secrets);
        if (input is { SecretsAreOpen: true, Secrets: { } secrets })
        {
            layers.Warnings.Add(
                new SettingFault(
                    "",
                    "other users of this machine may read the file.",
                    $"chmod 600 {secrets.Path}",
                    new SettingSource(SettingSourceKind.DotEnv, secrets.Path)
                )
            );
        }
        layers.AddEnvironment(input.Environment);
        layers.AddFlags(input.Flags);
        return layers;
    }

    // Variables of the process override those from files.
    private static Dictionary<string, string> Over(
        IEnumerable<KeyValuePair<string, string>> files,
        IReadOnlyDictionary<string, string> process
    ) => process.Concat(files.Where(pair => !process.ContainsKey(pair.Key))).ToDictionary();

    internal static List<SettingValue> Describe(IReadOnlyDictionary<string, RawSetting> settings)
    {
        var values = new List<SettingValue>();
        foreach (var setting in SettingDeclarationIndex.All)
        {
            if (!setting.Name.Contains('*', StringComparison.Ordinal))
            {
                values.Add(Describe(setting, setting.Name, settings));
                continue;
            }
            foreach (var name in settings.Keys.Where(name => SettingDeclarationIndex.Find(name) == setting).Order(StringComparer.Ordinal))
            {
                values.Add(Describe(setting, name, settings));
            }
        }
        return values;
    }

    private static SettingValue Describe(Setting setting, string name, IReadOnlyDictionary<string, RawSetting> settings) =>
        settings.TryGetValue(name, out var raw)
            ? new SettingValue(name, setting.Display(raw.Value), setting.DefaultText, raw.Source, setting.Description)
            : new SettingValue(name, setting.DefaultText, setting.DefaultText, SettingSource.Default, setting.Description);
}
