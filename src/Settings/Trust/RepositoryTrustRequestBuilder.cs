namespace Orchestrator.Settings;

/// <summary>
/// Collects the entries in a repository's files that need the user's trust. Ignores flags and environment variables, so that the user is
/// asked the same question each time.
/// </summary>
internal static class RepositoryTrustRequestBuilder
{
    /// <summary>Returns the entries that take effect only if the user trusts them.</summary>
    /// <param name="input">Texts of all sources of settings.</param>
    /// <param name="found">Commands that were found in the project's own files.</param>
    public static RepositoryTrustRequest Of(RawSettingSourceContent input, IEnumerable<DetectedCommand> found)
    {
        var layers = SettingsLoader.Layers(input with { Environment = new Dictionary<string, string>(), Flags = [], IsTrusted = true });
        var settings = SettingsLoader
            .Describe(layers.Settings)
            .Where(value => value.Source.IsOfRepository)
            .Select(value => (Value: value, Setting: SettingDeclarationIndex.Find(value.Name)!))
            .Where(found => !found.Setting.IsHarmless)
            .Select(found => new TrustRequiringRepositorySetting(
                found.Setting.Effect,
                found.Value.Name,
                found.Value.Value,
                found.Value.Source.ToString()
            ));
        var variables = layers.AgentVariables.Select(variable => new TrustRequiringRepositorySetting(
            TrustRequiringSettingEffect.HandsOver,
            variable.Name,
            DotEnvVariableAllowlist.IsSecret(variable.Name) ? "(a secret)" : variable.Value,
            variable.Source.ToString()
        ));
        var gates = layers.Settings.TryGetValue(GateSettings.TaskKey.Name, out var set)
            ? GateSettings.TaskKey.Read(set.Value, static (_, _, _, _) => { })
            : null;
        var hasSetUp = layers.Settings.ContainsKey(WorktreeSettings.SetupKey.Name);
        var servers = layers.Settings.TryGetValue(AgentSettings.McpServersKey.NameOf(AgentSettings.Claude), out var named)
            ? AgentSettings.McpServersKey.Read(named.Value, static (_, _, _, _) => { })
            : [];
        var asked = found.Where(command =>
            command.Kind switch
            {
                DetectedCommandKind.SetUp => !hasSetUp,
                DetectedCommandKind.Includes or DetectedCommandKind.GitSetting => true,
                DetectedCommandKind.McpServer => servers.Contains(command.Command),

                // In plans with contracts, these gates run even if gates are configured, unless one of the configured gates checks types.
                DetectedCommandKind.TypeGate => gates is null || !gates.Any(gate => gate.Type is GateType.TypeCheck or GateType.Build),
                _ => gates is null,
            }
        );
        return new RepositoryTrustRequest([
            .. settings,
            .. asked.Select(command => new TrustRequiringRepositorySetting(
                command.Kind == DetectedCommandKind.Includes ? TrustRequiringSettingEffect.HandsOver : TrustRequiringSettingEffect.Runs,
                Name(command.Kind),
                command.Meaning.Length == 0 ? command.Command : $"{command.Command}: {command.Meaning}",
                command.File
            )),
            .. variables,
        ]);
    }

    private static string Name(DetectedCommandKind kind) =>
        kind switch
        {
            DetectedCommandKind.SetUp => "found set-up",
            DetectedCommandKind.McpServer => "MCP server",
            DetectedCommandKind.Includes => "untracked files",
            DetectedCommandKind.GitSetting => "git setting",
            _ => "found gate",
        };
}
