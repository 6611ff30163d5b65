namespace Orchestrator.Settings;

/// <summary>An environment variable from a repository's files that is passed to agents.</summary>
internal sealed record AgentVariable(string Name, string Value, SettingSource Source);
