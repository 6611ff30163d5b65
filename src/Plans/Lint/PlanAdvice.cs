namespace Orchestrator.Plans;

/// <summary>Advice on a plan: not a fault, but worth knowing before the run.</summary>
/// <param name="Code">Stable name of the kind of advice, such as <c>gate-cannot-fail</c>.</param>
/// <param name="TaskIndex">Index of the task in the plan, or -1 for the plan as a whole.</param>
/// <param name="Field">The field concerned, such as <c>verification</c>.</param>
/// <param name="Message">The advice.</param>
/// <param name="Cure">Suggested improvement.</param>
public sealed record PlanAdvice(string Code, int TaskIndex, string Field, string Message, string Cure);
