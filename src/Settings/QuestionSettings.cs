namespace Orchestrator.Settings;

/// <summary>Who answers what agents ask (<c>questions.*</c>).</summary>
/// <param name="ByPlanner">The planner, before a person is asked.</param>
/// <param name="MaxAnswers">Questions of one task that the planner answers.</param>
public sealed record QuestionSettings(bool ByPlanner, int MaxAnswers)
{
    internal const string Person = "person";
    internal const string Planner = "planner";
}
