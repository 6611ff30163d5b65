namespace Orchestrator.Settings;

/// <summary>Whether the planner answers agents' questions (<c>questions.*</c>).</summary>
/// <param name="ByPlanner">The planner, before a person is asked.</param>
/// <param name="MaxAnswers">Maximum of questions of one task that the planner answers.</param>
public sealed record QuestionSettings(bool ByPlanner, int MaxAnswers)
{
    internal const string Person = "person";
    internal const string Planner = "planner";
}
