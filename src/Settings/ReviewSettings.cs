namespace Orchestrator.Settings;

/// <summary>The review of the whole change (<c>review.*</c>).</summary>
/// <param name="Enabled">There is one.</param>
/// <param name="MaxRounds">Rounds before a person decides.</param>
/// <param name="Reviewer">Who reviews.</param>
public sealed record ReviewSettings(bool Enabled, int MaxRounds, PlannerSettings Reviewer);
