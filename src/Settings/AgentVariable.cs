namespace Orchestrator.Settings;

/// <summary>A variable that the repository's files hand to agents.</summary>
internal sealed record AgentVariable(string Name, string Value, SettingSource Source);
