namespace Orchestrator.Settings;

/// <summary>An environment variable that is set by a repository's files and passed to agents.</summary>
internal sealed record AgentVariable(string Name, string Value, SettingSource Source);
