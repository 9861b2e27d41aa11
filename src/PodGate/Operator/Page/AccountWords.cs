namespace PodGate.Operator.Page;

/// <summary>The words around people's accounts in one language.</summary>
internal sealed record AccountWords
{
    public required string Name { get; init; }

    public required string Password { get; init; }

    public required string OrToken { get; init; }

    public required string HaveInvitation { get; init; }

    /// <summary>The same whatever does not fit.</summary>
    public required string WrongPassword { get; init; }

    public required string Code { get; init; }

    public required string CodeHint { get; init; }

    public required string WrongCode { get; init; }

    public required string Welcome { get; init; }

    public required string Invitation { get; init; }

    public required string InvitationHint { get; init; }

    public required string WrongInvitation { get; init; }

    public required string NewPassword { get; init; }

    /// <summary>With holes for the fewest characters and the most.</summary>
    public required string PasswordHint { get; init; }

    public required string Again { get; init; }

    public required string NotTheSame { get; init; }

    public required string IsName { get; init; }

    public required string IsCommon { get; init; }

    public required string GoOn { get; init; }

    public required string App { get; init; }

    public required string AppHint { get; init; }

    public required string Picture { get; init; }

    public required string Secret { get; init; }

    public required string AppCode { get; init; }

    public required string WrongAppCode { get; init; }

    public required string RecoveryCodes { get; init; }

    public required string RecoveryHint { get; init; }

    public required string Kept { get; init; }

    public required string Account { get; init; }

    /// <summary>With a hole for how many.</summary>
    public required string CodesLeft { get; init; }

    public required string ChangePassword { get; init; }

    public required string ChangeHint { get; init; }

    public required string Changed { get; init; }

    public required string WrongOwnPassword { get; init; }

    public required string RenewCodes { get; init; }

    public required string RenewHint { get; init; }

    public required string SignOutEverywhere { get; init; }

    public required string EverywhereHint { get; init; }

    /// <summary>Those of the page's language.</summary>
    /// <param name="words">The page's words.</param>
    public static AccountWords Of(PageWords words) => words.Tag == PageWords.German.Tag ? AccountWordsGerman.Words : AccountWordsEnglish.Words;
}
