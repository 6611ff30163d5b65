namespace Orchestrator.Settings;

/// <summary>
/// Imports the account and model that an older tool's <c>.env</c> file selects. The file itself remains in use, so its other variables are
/// only listed as used or unused.
/// </summary>
internal static class LegacyVariableImporter
{
    public static void Read(
        ConfigurationFileText file,
        Dictionary<string, ImportedSetting> taken,
        List<UsedLegacySetting> used,
        List<UnusedLegacySetting> unused
    )
    {
        var variables = DotEnvFile.Read(file.Text);
        foreach (var (name, _, line) in variables)
        {
            if (Meaning(name) is { } meaning)
            {
                used.Add(new UsedLegacySetting(name, meaning, $"{file.Path}:{line}"));
            }
            else
            {
                unused.Add(new UnusedLegacySetting(name, $"{file.Path}:{line}"));
            }
        }
        var values = variables
            .Where(variable => variable.Value.Length > 0)
            .DistinctBy(variable => variable.Name)
            .ToDictionary(variable => variable.Name);
        if (values.TryGetValue("BEDROCK_MODEL_ID", out var model))
        {
            Take(AgentSettings.ProviderKey.NameOf(AgentSettings.Claude), "bedrock", model.Line);
            Take(OrchestratorSettings.ModelKey.Name, CommonSettingConverters.Quote(model.Value), model.Line);
        }
        else if (values.TryGetValue("ANTHROPIC_API_KEY", out var key))
        {
            Take(AgentSettings.ProviderKey.NameOf(AgentSettings.Claude), "api", key.Line);
        }

        void Take(string name, string value, int line) => taken.TryAdd(name, new ImportedSetting(name, value, $"{file.Path}:{line}"));
    }

    private static string? Meaning(string variable) =>
        SettingDeclarationIndex.FindByVariable(variable)?.Name
        ?? (DotEnvVariableAllowlist.Contains(variable) ? "passed to agents" : null)
        ?? (SettingNames.OfVariable(variable) is { } name && SettingDeclarationIndex.Find(name) is not null ? name : null);
}
