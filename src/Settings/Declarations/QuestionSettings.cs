namespace Orchestrator.Settings;

/// <summary>Settings for questions that the planner answers on behalf of the user (<c>questions.*</c>).</summary>
/// <param name="ByPlanner">True if the planner answers a question before a user is asked.</param>
/// <param name="MaxAnswers">Maximum number of questions per task that the planner answers.</param>
public sealed record QuestionSettings(bool ByPlanner, int MaxAnswers)
{
    private const string Person = "person";
    private const string Planner = "planner";

    private static readonly Setting<string> AnsweredByKey = new(
        "questions.answered_by",
        Person,
        CommonSettingConverters.OneOf(Person, Planner),
        "first to answer agents' questions: person (a user) or planner, which passes the questions that it can't answer " + "to a user"
    );

    private static readonly Setting<int> MaxAnswersKey = new(
        "questions.max_answers",
        3,
        CommonSettingConverters.Whole(1, 10),
        "maximum number of questions per task that the planner answers; a user answers all further questions"
    );

    internal static QuestionSettings Read(SettingReader settings) =>
        new(settings.Read(AnsweredByKey) == Planner, settings.Read(MaxAnswersKey));
}
