namespace Orchestrator.Settings;

/// <summary>A variable from the repository's files that agents get.</summary>
internal sealed record AgentVariable(string Name, string Value, SettingSource Source);
