using System.Security.Cryptography;
using Orchestrator.Dashboard.Door;
using Orchestrator.Dashboard.Pages;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Handles the forms of the pages. Each executes one command and redirects to the page, which shows the result.</summary>
/// <param name="reader">Runs queries and commands.</param>
/// <param name="pages">Pages to redirect to.</param>
/// <param name="renderer">Renders HTML.</param>
/// <param name="answers">Stores the results of the commands.</param>
/// <param name="sessions">Logged-in browsers.</param>
internal sealed class FormRoutes(QueryReader reader, PageRoutes pages, PageRenderer renderer, RecentAnswers answers, LoginSessions sessions)
{
    private const string Comment = "comment";
    private const int LongestText = 4000;

    /// <summary>Kinds of <see cref="AnswerWay"/> that change a run. All others only read, or don't concern a run.</summary>
    internal static readonly string[] Kinds =
    [
        AnswerWays.Approve,
        AnswerWays.Reject,
        AnswerWays.Promote,
        AnswerWays.Skip,
        AnswerWays.Cancel,
        AnswerWays.Resume,
        AnswerWays.CancelDependants,
        AnswerWays.Retry,
        AnswerWays.Guide,
        AnswerWays.LandMerged,
        AnswerWays.AcceptLosses,
        AnswerWays.PromoteOnto,
        AnswerWays.LandMergedAcceptingLosses,
        AnswerWays.Resolve,
        AnswerWays.RaiseBudget,
    ];

    /// <summary>Adds the routes.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", LoginPageAsync);
        routes.MapPost("/login", (Delegate)LoginAsync);
        routes.MapPost("/logout", (Delegate)LogoutAsync);
        routes.MapPost("/r/{repository}/{run}/act", ActAsync);
        routes.MapGet("/plan", (Delegate)PlanPageAsync);
        routes.MapPost("/plan", (Delegate)PlanAsync);
    }

    /// <summary>Returns the redirection target after a form: a path of this server, never a foreign address.</summary>
    internal static string Local(string? to) =>
        to is ['/', ..] && !to.StartsWith("//", StringComparison.Ordinal) && to.AsSpan().IndexOfAny('\\', '\r', '\n') < 0 ? to : "/";

    // The link printed by 'orchestrate web' has the token in its address. A redirection removes the token immediately.
    private async Task<IResult> LoginPageAsync(HttpContext context, string? token, string? to)
    {
        if (token is { Length: > 0 })
        {
            return await LogInAsync(context, token, Local(to));
        }
        return sessions.Find(context.Request.Cookies[DoorMiddleware.Cookie]) is not null
            ? Results.Redirect(Local(to))
            : await renderer.RenderAsync<LoginPage>(new() { ["To"] = Local(to) });
    }

    private async Task<IResult> LoginAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        return await LogInAsync(context, form["token"].ToString(), Local(form["to"]));
    }

    private async Task<IResult> LogInAsync(HttpContext context, string token, string to)
    {
        switch (sessions.IsToken(token))
        {
            case true:
                var device = DeviceName.Of(context.Request.Headers.UserAgent, context.Connection.RemoteIpAddress);
                context.Response.Cookies.Append(
                    DoorMiddleware.Cookie,
                    sessions.Begin(device),
                    new CookieOptions
                    {
                        HttpOnly = true,
                        SameSite = SameSiteMode.Strict,
                        Secure = context.Request.IsHttps,
                        MaxAge = TimeSpan.FromDays(30),
                        IsEssential = true,
                    }
                );
                // A redirection would not send the cookie if the link was opened from another program (SameSite=Strict).
                return await renderer.RenderAsync<LoggedInPage>(new() { ["To"] = to });
            case false:
                return await renderer.RenderAsync<LoginPage>(
                    new() { ["Problem"] = "This is not the token of this server.", ["To"] = to },
                    StatusCodes.Status403Forbidden
                );
            default:
                context.Response.Headers.RetryAfter = "60";
                return await renderer.RenderAsync<LoginPage>(
                    new()
                    {
                        ["Problem"] =
                            "This is not the token of this server, and too many wrong ones came in the last minute: try again in one.",
                        ["To"] = to,
                    },
                    StatusCodes.Status429TooManyRequests
                );
        }
    }

    private async Task<IResult> LogoutAsync(HttpContext context)
    {
        if (await FormAsync(context) is null)
        {
            return Refused();
        }
        sessions.End(context.Request.Cookies[DoorMiddleware.Cookie] ?? "");
        context.Response.Cookies.Delete(DoorMiddleware.Cookie);
        return Results.Redirect("/login");
    }

    private async Task<IResult> ActAsync(HttpContext context, string repository, string run)
    {
        if (await FormAsync(context) is not { } form)
        {
            return Refused();
        }
        if (reader.Find(repository) is not { } home)
        {
            return await pages.MissingAsync(context, run);
        }
        var (kind, target, text) = (form["kind"].ToString(), form["target"].ToString(), Cut(form["text"].ToString()));
        var back = Back(context, Links.Run(home, run));
        if (target != run && !target.StartsWith(run + "/", StringComparison.Ordinal))
        {
            return Said(back, new CommandOutcome(2, "", $"'{target}' does not belong to {run}."));
        }
        var words = Words(kind, target, text, form);
        if (words is null)
        {
            return Said(back, new CommandOutcome(2, "", $"'{kind}' is nothing that can be done here."));
        }
        if (form["shown"].ToString() is { Length: > 0 } shown && await HasChangedAsync(home, run, shown, context.RequestAborted))
        {
            return Said(
                back,
                new CommandOutcome(
                    2,
                    "",
                    "Nothing was done: what you answered is not asked any more, or is asked anew with other words. See below."
                )
            );
        }
        var call = new CommandCall(home.Root, words, DoorMiddleware.SessionOf(context).Device);
        return Said(back, await reader.ActAsync(call, context.RequestAborted));
    }

    private static IReadOnlyList<string>? Words(string kind, string target, string text, IFormCollection form)
    {
        var resolution = form["resolution"].ToString() is { Length: > 0 } given ? given : null;
        var way = new AnswerWay(kind, target, resolution);
        return kind switch
        {
            Comment when text.Length > 0 =>
            [
                "send",
                "--",
                target,
                $"{Cut(form["file"].ToString())}{Place(form["line"].ToString())}: {text}",
            ],
            "send" when text.Length > 0 => ["send", "--", target, text],
            "pause" => SteeringWords.InBackground(["pause", "--", target]),
            _ when way.NeedsText && text.Length == 0 => null,
            AnswerWays.PromoteOnto when resolution is null => null,
            AnswerWays.Resolve when !Resolutions.All.Contains(resolution) => null,
            AnswerWays.RaiseBudget when resolution is not null && !BudgetKinds.All.Contains(resolution) => null,
            _ when Kinds.Contains(kind, StringComparer.Ordinal) => SteeringWords.InBackground(
                way.CommandLine(text.Length > 0 ? text : null)
            ),
            _ => null,
        };
    }

    private static string Place(string line) =>
        int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? string.Create(CultureInfo.InvariantCulture, $" line {number}")
            : "";

    private async Task<bool> HasChangedAsync(RepositoryEntry home, string run, string shown, CancellationToken stop) =>
        (await reader.RunAsync(home, run, stop)).Document?.Questions.Any(question => question.Shown == shown) is not true;

    private async Task<IResult> PlanPageAsync(HttpContext context) =>
        await renderer.RenderAsync<PlanPage>(
            new() { ["Frame"] = pages.Frame(context, "Plan", "plan"), ["Repositories"] = reader.Repositories }
        );

    private async Task<IResult> PlanAsync(HttpContext context)
    {
        if (await FormAsync(context) is not { } form)
        {
            return Refused();
        }
        if (reader.Find(form["repository"]) is not { } home)
        {
            return await pages.MissingAsync(context, "This repository");
        }
        var plan = form["plan"].ToString();
        var stop = context.RequestAborted;
        if (form["do"] == "start")
        {
            var device = DoorMiddleware.SessionOf(context).Device;
            var started = await reader.ActAsync(
                new CommandCall(home.Root, ["run", "--detach", CommandCall.InputFile], device) { Input = plan },
                stop
            );
            if (started.IsDone)
            {
                return Said("/", started);
            }
            return await ShowAsync(started, []);
        }
        var checkedPlan = await reader.ActAsync(Read("validate", CommandCall.InputFile), stop);
        var graph = await reader.ActAsync(Read("graph", "--json", CommandCall.InputFile), stop);
        return await ShowAsync(checkedPlan, graph.IsDone ? Tasks(graph.Output) : []);

        CommandCall Read(params string[] words) => new(home.Root, words) { Input = plan };

        async Task<IResult> ShowAsync(CommandOutcome said, IReadOnlyList<RunTask> tasks) =>
            await renderer.RenderAsync<PlanPage>(
                new()
                {
                    ["Frame"] = pages.Frame(context, "Plan", "plan"),
                    ["Checked"] = said,
                    ["Repositories"] = reader.Repositories,
                    ["Chosen"] = home.Id,
                    ["Plan"] = plan,
                    ["Graph"] = tasks,
                    ["Risk"] = (await reader.ActAsync(Read("risk", CommandCall.InputFile), stop)).Output,
                }
            );
    }

    private static IReadOnlyList<RunTask> Tasks(string graph) =>
        [
            .. JsonNode.Parse(graph)!["tasks"]!
                .AsArray()
                .Select(task => new RunTask(new TaskProgress { Id = task!["id"]!.GetValue<string>(), State = TaskStates.Pending })
                {
                    DependsOn = [.. task["dependsOn"]!.AsArray().Select(need => need!.GetValue<string>())],
                }),
        ];

    /// <summary>Returns the form sent by a logged-in user from a page of this server, or null if the request is not such a form.</summary>
    private static async Task<IFormCollection?> FormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            return null;
        }
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var expected = DoorMiddleware.SessionOf(context).FormToken;
        return
            expected.Length > 0
            && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(form[FormTokenField.FieldName].ToString()),
                Encoding.UTF8.GetBytes(expected)
            )
            ? form
            : null;
    }

    private static IResult Refused() =>
        Problem.Of(
            StatusCodes.Status403Forbidden,
            "This form does not come from a page of this session.",
            "Load the page anew and send it again."
        );

    private IResult Said(string to, CommandOutcome outcome) =>
        Results.Redirect($"{to}{(to.Contains('?', StringComparison.Ordinal) ? '&' : '?')}said={answers.Keep(outcome)}");

    /// <summary>Returns the page from which the form was sent if the browser reports it, or else the page of the run.</summary>
    private static string Back(HttpContext context, string otherwise) =>
        context.Request.Form["back"].ToString() is { Length: > 0 } back ? Local(back) : otherwise;

    private static string Cut(string text) => text.Trim() is var trimmed && trimmed.Length > LongestText ? trimmed[..LongestText] : trimmed;
}
