using System.Security.Cryptography;
using Orchestrator.App.Access;
using Orchestrator.Dashboard.Access;
using Orchestrator.Dashboard.Pages;

namespace Orchestrator.Dashboard.Routes;

/// <summary>
/// Executes the forms that users submit on the pages. Each form executes one command and redirects to the page, which shows the result.
/// </summary>
/// <param name="reader">Runs queries and commands.</param>
/// <param name="pages">Pages to redirect to.</param>
/// <param name="renderer">Renders HTML.</param>
/// <param name="answers">Stores the results of the commands.</param>
/// <param name="sessions">Logged-in browsers.</param>
internal sealed class FormRoutes(
    QueryCoalescer reader,
    PageRoutes pages,
    PageRenderer renderer,
    SubmittedFormResultStore answers,
    BrowserLoginSessionManager sessions
)
{
    private const string Comment = "comment";
    private const int LongestText = 4000;

    /// <summary>Adds the routes of the forms to the web server.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", LoginPageAsync);
        routes.MapPost("/login", (Delegate)LoginAsync).WithMetadata(RequiredWebTokenScope.Read);
        routes.MapPost("/logout", (Delegate)LogoutAsync).WithMetadata(RequiredWebTokenScope.Read);
        routes.MapPost("/r/{repository}/{run}/act", ExecuteFormAsync).WithMetadata(RequiredWebTokenScope.Answer);
    }

    /// <summary>Returns the redirection target after a form. The target is always a path on this server.</summary>
    internal static string Local(string? to) =>
        to is ['/', ..] && !to.StartsWith("//", StringComparison.Ordinal) && to.AsSpan().IndexOfAny('\\', '\r', '\n') < 0 ? to : "/";

    // The link printed by 'orchestrate web' contains the token. A redirection removes the token from the address bar.
    private async Task<IResult> LoginPageAsync(HttpContext context, string? token, string? to)
    {
        if (token is { Length: > 0 })
        {
            return await LogInAsync(context, token, Local(to));
        }
        return sessions.Find(context.Request.Cookies[AccessMiddleware.Cookie]) is not null
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
        var device = BrowserNameAndIpAddressFormatter.Of(context.Request.Headers.UserAgent, context.Connection.RemoteIpAddress);
        var (found, isSlowed) = sessions.Check(token, device);
        if (found is not null)
        {
            context.Response.Cookies.Append(
                AccessMiddleware.Cookie,
                sessions.Begin(found, device),
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
        }
        if (isSlowed)
        {
            context.Response.Headers.RetryAfter = "60";
        }
        return await renderer.RenderAsync<LoginPage>(
            new()
            {
                ["Problem"] = isSlowed
                    ? "The token is wrong, and there were too many wrong tokens in the last minute. Try again in a minute."
                    : "The token is wrong.",
                ["To"] = to,
            },
            isSlowed ? StatusCodes.Status429TooManyRequests : StatusCodes.Status403Forbidden
        );
    }

    private async Task<IResult> LogoutAsync(HttpContext context)
    {
        if (await FormAsync(context) is null)
        {
            return Refused();
        }
        sessions.End(context.Request.Cookies[AccessMiddleware.Cookie] ?? "");
        context.Response.Cookies.Delete(AccessMiddleware.Cookie);
        return Results.Redirect("/login");
    }

    private async Task<IResult> ExecuteFormAsync(HttpContext context, string repository, string run)
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
        var back = ReturnAddress(context, DashboardLinkBuilder.Run(home, run));
        if (target != run && !target.StartsWith(run + "/", StringComparison.Ordinal))
        {
            return ShowResult(back, new RunControlResult(UseCaseOutcome.Usage, $"'{target}' does not belong to {run}."), text);
        }
        if (ActOf(run, kind, target, text, form) is not { } act)
        {
            return ShowResult(back, new RunControlResult(UseCaseOutcome.Usage, $"'{kind}' is not an action of this page."), text);
        }
        if (
            AccessMiddleware.SessionOf(context).Scope is var scope and < WebTokenScope.All
            && !await IsAnswerAsync(context, home, run, kind, target)
        )
        {
            return WebTokenScopeMiddleware.Refusal(scope);
        }
        if (form["shown"].ToString() is { Length: > 0 } shown && await HasChangedAsync(home, run, shown, context.RequestAborted))
        {
            return ShowResult(
                back,
                new RunControlResult(
                    UseCaseOutcome.Usage,
                    "Your answer was not sent, because the question has changed or is no longer open. The page shows the current questions."
                ),
                text
            );
        }
        var commands = reader.CommandsIn(home, AccessMiddleware.SessionOf(context).Device);
        return ShowResult(back, await act(commands, context.RequestAborted), text);
    }

    private async Task<bool> IsAnswerAsync(
        HttpContext context,
        DashboardRepositoryReference home,
        string run,
        string kind,
        string target
    ) =>
        (await reader.RunAsync(home, run, context.RequestAborted)).Document?.Questions.Any(question =>
            question.Ways.Any(way => way.Kind == kind && way.Target == target)
        )
            is true;

    private static Func<IRunCommands, CancellationToken, Task<RunControlResult>>? ActOf(
        string run,
        string kind,
        string target,
        string text,
        IFormCollection form
    )
    {
        var task = target == run ? null : RunIds.TaskOf(run, target);
        return kind switch
        {
            Comment when text.Length > 0 => Mail($"{Cut(form["file"].ToString())}{Place(form["line"].ToString())}: {text}"),
            "send" when text.Length > 0 => Mail(text),
            "pause" => (commands, stop) => commands.SteerAsync(SteeringCatalog.Pause, new SteeringRequest(run, task), stop),
            "abort" when task is null => (commands, stop) =>
                commands.SteerAsync(SteeringCatalog.Abort, new SteeringRequest(run) { Confirmed = true }, stop),
            _ => Answer(),
        };

        Func<IRunCommands, CancellationToken, Task<RunControlResult>> Mail(string letter) =>
            (commands, stop) => commands.SendMailAsync(run, task, letter, stop);

        Func<IRunCommands, CancellationToken, Task<RunControlResult>>? Answer()
        {
            var resolution = form["resolution"].ToString() is { Length: > 0 } given ? given : null;
            var way = new SuggestedCommand(kind, target, resolution);
            if ((way.NeedsText && text.Length == 0) || (kind == SuggestedCommandKinds.PromoteOnto && resolution is null))
            {
                return null;
            }
            return AnswerRequest.Of(run, way, text) is not var (command, request) ? null
                : command.FaultOf(new SteeringCommandUserInput("", request.Task) { Values = request.Values }) is { } fault
                    ? (_, _) => Task.FromResult(new RunControlResult(UseCaseOutcome.Usage, $"{fault.Fault}\n{fault.Cure}"))
                : (commands, stop) => commands.SteerAsync(command, request, stop);
        }
    }

    private static string Place(string line) =>
        int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? string.Create(CultureInfo.InvariantCulture, $" line {number}")
            : "";

    private async Task<bool> HasChangedAsync(DashboardRepositoryReference home, string run, string shown, CancellationToken stop) =>
        (await reader.RunAsync(home, run, stop)).Document?.Questions.Any(question => question.Shown == shown) is not true;

    /// <summary>Returns the form in a request, or null unless a logged-in user sent the form from a page of this server.</summary>
    internal static async Task<IFormCollection?> FormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            return null;
        }
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var expected = AccessMiddleware.SessionOf(context).FormToken;
        return
            expected.Length > 0
            && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(form[FormTokenField.FieldName].ToString()),
                Encoding.UTF8.GetBytes(expected)
            )
            ? form
            : null;
    }

    /// <summary>Returns the response to a form that was not sent from a page of the session.</summary>
    internal static IResult Refused() =>
        ProblemResponse.Of(
            StatusCodes.Status403Forbidden,
            "This form was not sent from a page of this session.",
            "Reload the page and submit the form again."
        );

    private IResult ShowResult(string to, RunControlResult outcome, string typed = "") =>
        Results.Redirect($"{to}{(to.Contains('?', StringComparison.Ordinal) ? '&' : '?')}said={answers.Keep(outcome, typed)}");

    /// <summary>Returns the return address that the form contains, or the address of the run's page if the form contains none.</summary>
    private static string ReturnAddress(HttpContext context, string otherwise) =>
        context.Request.Form["back"].ToString() is { Length: > 0 } back ? Local(back) : otherwise;

    private static string Cut(string text) => text.Trim() is var trimmed && trimmed.Length > LongestText ? trimmed[..LongestText] : trimmed;
}
