namespace Orchestrator.Settings;

/// <summary>Setting keys <c>questions.*</c>.</summary>
internal static class QuestionKeys
{
    internal static readonly Setting<string> AnsweredBy = new(
        "questions.answered_by",
        QuestionSettings.Person,
        SettingTypes.OneOf(QuestionSettings.Person, QuestionSettings.Planner),
        "who answers a question of an agent first: person, or planner, which leaves to a person what it can't know"
    );

    internal static readonly Setting<int> MaxAnswers = new(
        "questions.max_answers",
        3,
        SettingTypes.Whole(1, 10),
        "questions of one task that the planner answers; the next ones a person answers"
    );
}
