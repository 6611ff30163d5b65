namespace Orchestrator.Plans;

/// <summary>Advice about something in a plan that is not an error but that the user should know about before the run.</summary>
/// <param name="Code">Stable name of the kind of advice, such as <c>gate-cannot-fail</c>.</param>
/// <param name="TaskIndex">Index of the task in the plan, or -1 for the plan as a whole.</param>
/// <param name="Field">Name of the field that the advice applies to, such as <c>verification</c>.</param>
/// <param name="Message">Sentence with the advice.</param>
/// <param name="Cure">Suggested improvement.</param>
public sealed record PlanLintAdvice(string Code, int TaskIndex, string Field, string Message, string Cure);
