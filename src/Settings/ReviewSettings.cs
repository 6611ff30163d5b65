namespace Orchestrator.Settings;

/// <summary>The review of the whole change (<c>review.*</c>).</summary>
/// <param name="Enabled">Whether there is a review.</param>
/// <param name="MaxRounds">Rounds before a person decides.</param>
/// <param name="Reviewer">The reviewer.</param>
public sealed record ReviewSettings(bool Enabled, int MaxRounds, PlannerSettings Reviewer);
