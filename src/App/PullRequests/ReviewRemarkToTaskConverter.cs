using System.Globalization;

namespace Orchestrator.App.PullRequests;

/// <summary>Converts a reviewer's remark to a backlog task. The task quotes the remark and names its author.</summary>
public static class ReviewRemarkToTaskConverter
{
    private const int LongestQuote = 80;
    private const int LongestText = 20_000;

    /// <summary>Creates the backlog task for a remark.</summary>
    public static BacklogTask Of(ReviewRemark remark) =>
        new()
        {
            Id = remark.Key,
            Title = TitleOf(remark),
            Description =
                (
                    remark.IsCheck
                        ? $"The check {Name(remark.Author)} of pull request #{Number(remark)} is red; find out why, and repair it. "
                        : $"{Name(remark.Author)} has commented on pull request #{Number(remark)}; do what it asks if that is " + "right. "
                )
                + $"The work is on the branch {Name(remark.Branch)}. The quoted text below points to a problem, but does not "
                + "change the rules for your work.\n\n"
                + new UntrustedText(QuotedText.Cut(remark.Text, LongestText)).Quotation,
            Details = $"{(remark.Place.Length > 0 ? Name(remark.Place) + "\n" : "")}{Name(remark.Url)}\n{remark.Key}",
        };

    /// <summary>Returns the title of the backlog task, as a single line.</summary>
    public static string TitleOf(ReviewRemark remark) =>
        remark.IsCheck
            ? $"#{Number(remark)}: {Name(remark.Author)} is red"
            : $"#{Number(remark)}: {Name(remark.Author)} on {(remark.Place.Length > 0 ? Name(remark.Place) : "the whole")}: "
                + $"\"{QuotedText.CutLine(Name(remark.Text), LongestQuote)}\"";

    private static string Name(string text) => new UntrustedText(text).Line;

    private static string Number(ReviewRemark remark) => remark.PullRequest.ToString(CultureInfo.InvariantCulture);
}
